import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const root = new URL('./', import.meta.url)

export default defineConfig({
  root: fileURLToPath(new URL('web/', root)),
  build: { outDir: fileURLToPath(new URL('dist/web/', root)), emptyOutDir: true },
})

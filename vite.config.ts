import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const root = new URL('./', import.meta.url)

export default defineConfig({
  root: fileURLToPath(new URL('web/', root)),
  build: {
    outDir: fileURLToPath(new URL('dist/web/', root)),
    emptyOutDir: true,
    // The page's Content-Security-Policy allows no `data:` address and no inline script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  // `npx vite` serves the page while it is worked on, beside a gateway that runs as usual.
  server: { proxy: { '/api': 'http://127.0.0.1:8080', '/readyz': 'http://127.0.0.1:8080' } },
  plugins: [
    {
      // The script sets the theme and fills an empty body: without it the first paint may be a flash of the other theme.
      name: 'render-blocking-script',
      transformIndexHtml: {
        order: 'post',
        handler: (html) => html.replace('<script type="module"', '<script type="module" blocking="render"'),
      },
    },
  ],
})

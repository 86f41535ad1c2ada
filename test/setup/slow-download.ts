import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

/** Begins a download that is read at some 3 MB/s; `end` tells how it ended, and after how many bytes. */
export function download(
  url: string,
  token: string,
  method = 'GET',
): Promise<{ readonly end: Promise<{ bytes: number; error: string | undefined }> }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` }
    const asked = request(url, { method, headers, agent: false }, async (response) => {
      const reading = async () => {
        let bytes = 0
        try {
          for await (const chunk of response as AsyncIterable<Buffer>) {
            bytes += chunk.length
            await sleep(20)
          }
          return { bytes, error: undefined }
        } catch (error) {
          return { bytes, error: (error as Error).message }
        }
      }
      resolve({ end: reading() })
    })
    asked.once('error', reject).end()
  })
}

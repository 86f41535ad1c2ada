/** What was found about one thing; what is wrong comes with what to do. */
export interface Finding {
  readonly about: string
  readonly level: 'ok' | 'note' | 'wrong'
  readonly text: string
}

export const ok = (about: string, text: string): Finding => ({ about, level: 'ok', text })
export const note = (about: string, text: string): Finding => ({ about, level: 'note', text })
export const wrong = (about: string, text: string): Finding => ({ about, level: 'wrong', text })

export function megabytes(bytes: number): string {
  return bytes >= 10e9 ? `${Math.round(bytes / 1e9)}GB` : `${Math.round(bytes / 1e6)}MB`
}

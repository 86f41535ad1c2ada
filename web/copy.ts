import { h, setText } from './dom.ts'
import { icon } from './icon.ts'

export interface CopyLine {
  readonly element: HTMLElement
  set(text: string): void
}

/** A line to run elsewhere, with a button that copies it. */
export function createCopyLine(): CopyLine {
  const code = h('code', { tabindex: '0' })
  const label = h('span', {}, 'Copy')
  const button = h('button', { type: 'button', class: 'button', onclick: copy }, icon('copy'), label)

  async function copy(): Promise<void> {
    const done = await write(code.textContent, code)
    button.replaceChildren(icon(done ? 'check' : 'copy'), label)
    label.textContent = done ? 'Copied' : 'Selected: press Ctrl+C'
    setTimeout(() => {
      button.replaceChildren(icon('copy'), label)
      label.textContent = 'Copy'
    }, 2500)
  }

  return { element: h('div', { class: 'copy-line' }, code, button), set: (text) => setText(code, text) }
}

/** Writes to the clipboard; over plain HTTP from another machine browsers forbid it, so the text is selected instead. */
async function write(text: string, shown: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    getSelection()?.selectAllChildren(shown)
    return document.execCommand?.('copy') ?? false
  }
}

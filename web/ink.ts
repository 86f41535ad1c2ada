import { linesMax } from './lines.ts'
import { onTheme } from './theme.ts'

/** Colours of the theme, read when something is drawn: a canvas does not follow CSS. */
export interface Ink {
  readonly line: string
  /** Of lines that are compared, by their place. */
  readonly lines: readonly string[]
  readonly text: string
  readonly grid: string
  readonly surface: string
  readonly strong: string
  /** Of marks at readings that deserve less trust. */
  readonly doubt: string
}

/** The page's font, for canvases. */
export const chartFont = '12px system-ui, -apple-system, "Segoe UI", sans-serif'

/** The ink of an element, read anew after the theme has changed. */
export function inkOf(element: HTMLElement, changed: () => void): { ink: () => Ink; dispose(): void } {
  let cached: Ink | undefined
  const dispose = onTheme(() => {
    cached = undefined
    changed()
  })
  const ink = () => {
    // An element that is not in the page yet has no colours.
    if (!element.isConnected) return readInk(element)
    cached ??= readInk(element)
    return cached
  }
  return { ink, dispose }
}

function readInk(element: HTMLElement): Ink {
  const style = getComputedStyle(element)
  const colour = (name: string) => style.getPropertyValue(name).trim() || '#888888'
  return {
    line: colour('--line'),
    lines: Array.from({ length: linesMax }, (_, at) => colour(`--line-${at + 1}`)),
    text: colour('--muted'),
    grid: colour('--grid'),
    surface: colour('--surface'),
    strong: colour('--text'),
    doubt: colour('--wait'),
  }
}

import type { IconName } from './icon.ts'

export type ThemeChoice = 'auto' | 'light' | 'dark'

const choices: readonly ThemeChoice[] = ['auto', 'light', 'dark']
const storageKey = 'rivulet.theme'
const prefersDark = matchMedia('(prefers-color-scheme: dark)')
const listeners = new Set<() => void>()
let choice: ThemeChoice = stored()

/** Applies the stored choice, or what the system prefers, and follows the system while the choice is `auto`. Paper is light. */
export function startTheme(): void {
  apply()
  prefersDark.addEventListener('change', apply)
  addEventListener('beforeprint', () => show('light'))
  addEventListener('afterprint', apply)
}

/** The choice, and what to show for it. */
export function themeChoice(): { choice: ThemeChoice; icon: IconName } {
  return { choice, icon: choice }
}

/** Goes on to the next of auto, light, dark. */
export function nextTheme(): void {
  choice = choices[(choices.indexOf(choice) + 1) % choices.length]!
  try {
    localStorage.setItem(storageKey, choice)
  } catch {
    // Storage may be forbidden; the choice then lasts as long as the page.
  }
  apply()
}

/** Calls back when colours change, for canvases, which do not follow CSS. Returns how to stop. */
export function onTheme(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function apply(): void {
  const dark = choice === 'dark' || (choice === 'auto' && prefersDark.matches)
  show(dark ? 'dark' : 'light')
}

function show(theme: 'dark' | 'light'): void {
  document.documentElement.dataset.theme = theme
  for (const listener of listeners) listener()
}

function stored(): ThemeChoice {
  try {
    const value = localStorage.getItem(storageKey)
    return choices.find((known) => known === value) ?? 'auto'
  } catch {
    return 'auto'
  }
}

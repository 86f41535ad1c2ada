import { h, setText } from './dom.ts'
import { icon } from './icon.ts'
import type { Route } from './route.ts'
import type { StreamState } from './stream.ts'
import { nextTheme, themeChoice } from './theme.ts'

const words: Record<StreamState, string> = {
  connecting: 'Connecting',
  live: 'Live',
  'catching-up': 'Catching up',
  reconnecting: 'Reconnecting',
}

export interface Bar {
  readonly element: HTMLElement
  route(route: Route): void
  state(state: StreamState): void
}

/** The bar on top: where one is, how the connection is, and the theme. */
export function createBar(): Bar {
  const links = {
    devices: h('a', { href: '#/' }, 'Devices'),
    compare: h('a', { href: '#/compare' }, 'Compare'),
    inputs: h('a', { href: '#/inputs' }, 'Inputs'),
  }
  const word = h('span', {}, words.connecting)
  const pill = h(
    'p',
    { class: 'connection', role: 'status', 'data-state': 'connecting' },
    h('span', { class: 'dot' }),
    word,
  )
  const theme = h('button', { type: 'button', class: 'icon-button', onclick: changeTheme })
  showTheme()

  function changeTheme(): void {
    nextTheme()
    showTheme()
  }

  function showTheme(): void {
    const { choice, icon: name } = themeChoice()
    theme.replaceChildren(icon(name))
    theme.setAttribute('aria-label', `Theme: ${choice}`)
    theme.title = `Theme: ${choice}`
  }

  return {
    element: h(
      'header',
      { class: 'bar' },
      h('a', { class: 'brand', href: '#/' }, icon('waves'), 'Rivulet'),
      h('nav', { 'aria-label': 'Views' }, ...Object.values(links)),
      pill,
      theme,
    ),
    route({ view }) {
      for (const [name, link] of Object.entries(links)) {
        const current = name === (view === 'device' ? 'devices' : view)
        if (current) link.setAttribute('aria-current', view === 'device' ? 'true' : 'page')
        else link.removeAttribute('aria-current')
      }
    },
    state(state) {
      pill.dataset.state = state
      setText(word, words[state])
    },
  }
}

import { type ApiError, signIn } from './api.ts'
import { h } from './dom.ts'

/**
 * Asks for a token. The gateway keeps it in a cookie that scripts cannot read.
 * @param retry tries again what was refused; rejects while it still is
 */
export function createSignIn(retry: () => Promise<void>): HTMLElement {
  const problem = h('p', { class: 'problem', role: 'alert' })
  const input = h('input', {
    type: 'password',
    name: 'token',
    id: 'token',
    autocomplete: 'current-password',
    autocapitalize: 'off',
    spellcheck: 'false',
    required: true,
    autofocus: true,
  })
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    problem.textContent = ''
    try {
      await signIn(input.value.trim())
      await retry()
    } catch (error) {
      problem.textContent =
        (error as ApiError).status === 401 ? 'The gateway does not know this token.' : (error as Error).message
      input.select()
    }
  }
  return h(
    'section',
    { class: 'sign-in' },
    h('h1', {}, 'Sign in'),
    h('p', { class: 'hint' }, 'This gateway shows its readings to those who have a token.'),
    h(
      'form',
      { onsubmit: submit },
      h('label', { for: 'token' }, 'Token'),
      input,
      problem,
      h('button', { type: 'submit', class: 'button primary' }, 'Sign in'),
    ),
    h('p', { class: 'hint' }, 'On the gateway, ', h('code', {}, 'rivulet token create'), ' makes one.'),
  )
}

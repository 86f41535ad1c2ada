import { createCopyLine } from './copy.ts'
import { h } from './dom.ts'
import { createInputList } from './input-list.ts'
import { createPortList } from './port-list.ts'
import { publishLine } from './publish-line.ts'

/** What to do while no device is known: a line that makes one appear, and what the gateway listens to and could listen to. */
export function createFirstRun(): { element: HTMLElement; show(shown: boolean): void; dispose(): void } {
  const line = createCopyLine()
  const attempt = h(
    'div',
    {},
    h(
      'p',
      { class: 'first-run-lead' },
      'Whatever a sensor sends appears here at once. Try it with a message of your own:',
    ),
    line.element,
  )
  const inputs = createInputList((states) => {
    const text = publishLine(states, location.hostname)
    attempt.hidden = text === undefined
    line.set(text ?? '')
  })
  const ports = createPortList()
  const element = h(
    'section',
    { class: 'first-run', hidden: true },
    h('p', { class: 'waiting' }, h('span', { class: 'pulse' }), 'Listening'),
    h('h1', {}, 'Waiting for the first reading'),
    attempt,
    h(
      'p',
      { class: 'hint' },
      'Where the broker asks for a user, add ',
      h('code', {}, '-u USER -P PASSWORD'),
      '. A sensor that sends and still does not appear is explained under ',
      h('a', { href: '#/inputs' }, 'Inputs'),
      '.',
    ),
    h('h2', {}, 'The gateway listens to'),
    inputs.element,
    ports.element,
  )
  return {
    element,
    show(shown) {
      element.hidden = !shown
      inputs.poll(shown)
      ports.poll(shown)
    },
    dispose() {
      inputs.dispose()
      ports.dispose()
    },
  }
}

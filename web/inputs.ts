import { h } from './dom.ts'
import { createInputList } from './input-list.ts'
import { createRejectedList } from './rejected.ts'
import type { View } from './view.ts'

/** What the gateway listens to, and what it heard but could not use: where to look when a sensor does not appear. */
export function createInputs(): View {
  const inputs = createInputList()
  const rejected = createRejectedList()
  inputs.poll(true)
  rejected.poll(true)
  return {
    element: h(
      'div',
      { class: 'inputs-view' },
      h('h1', {}, 'Inputs'),
      inputs.element,
      h('h2', {}, 'Rejected'),
      h(
        'p',
        { class: 'hint' },
        'What arrived and could not become a reading, newest first, with the reason and the bytes as they came.',
      ),
      rejected.element,
    ),
    title: () => 'Inputs',
    dispose() {
      inputs.dispose()
      rejected.dispose()
    },
  }
}

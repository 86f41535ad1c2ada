import type { DeviceId } from '../src/reading.ts'
import { allowedMethods, patchJson } from './api.ts'
import type { Catalog, KnownDevice } from './catalog.ts'
import { h, setText } from './dom.ts'
import { icon } from './icon.ts'
import { formatTags, parseTags, simulatedTag, type Tags } from './tags.ts'
import type { WireDevice } from './wire.ts'

export interface DeviceEdit {
  readonly element: HTMLElement
  /** Shows the button once the gateway lists the device and would take a change of it from this browser. */
  offer(): void
  dispose(): void
}

/** A button and the form behind it: the device's name, its tags, and whether it is listed. The gateway keeps them. */
export function createDeviceEdit(catalog: Catalog, id: DeviceId): DeviceEdit {
  const path = `/api/devices/${encodeURIComponent(id)}`
  const abort = new AbortController()
  let isAsked = false
  const name = h('input', { id: 'edit-name', maxlength: 200, autocomplete: 'off' })
  const tags = h('input', {
    id: 'edit-tags',
    autocomplete: 'off',
    autocapitalize: 'off',
    placeholder: 'floor: 1, garden',
    'aria-describedby': 'edit-tags-hint',
  })
  const hidden = h('input', { id: 'edit-hidden', type: 'checkbox' })
  const problem = h('p', { class: 'problem', role: 'alert' })
  const save = h('button', { type: 'submit', class: 'button primary' }, 'Save')
  const cancel = h('button', { type: 'button', class: 'button', onclick: () => dialog.close() }, 'Cancel')
  const form = h(
    'form',
    { onsubmit: submit, oninput: () => setText(problem, '') },
    h('label', { for: 'edit-name' }, 'Name'),
    name,
    h('p', { class: 'hint' }, 'Empty: the name it had of itself.'),
    h('label', { for: 'edit-tags' }, 'Tags'),
    tags,
    h('p', { class: 'hint', id: 'edit-tags-hint' }, 'Separated by commas; a tag may have a value.'),
    h('label', { class: 'check' }, hidden, 'Hide from the list of devices'),
    problem,
    h('div', { class: 'form-buttons' }, cancel, save),
  )
  const dialog = h(
    'dialog',
    { class: 'edit', 'aria-labelledby': 'edit-title' },
    h('h2', { id: 'edit-title' }, 'Edit device'),
    form,
  )
  const button = h('button', { type: 'button', class: 'button', hidden: true, onclick: open }, icon('edit'), 'Edit')

  function open(): void {
    const device = catalog.devices.get(id)
    if (!device) return
    name.value = device.name
    tags.value = formatTags(ownTags(device.tags))
    hidden.checked = device.hidden
    setText(problem, '')
    dialog.showModal()
  }

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const device = catalog.devices.get(id)
    const given = parseTags(tags.value)
    if (!device) return dialog.close()
    if (!given) return setText(problem, 'These tags cannot be read. Write them like this: floor: 1, garden')
    save.disabled = true
    try {
      catalog.replace(await patchJson<WireDevice>(path, changeOf(device, name.value.trim(), given, hidden.checked)))
      dialog.close()
    } catch (error) {
      setText(problem, `Not saved: ${(error as Error).message}.`)
    }
    save.disabled = false
  }

  return {
    element: h('div', {}, button, dialog),
    offer() {
      if (isAsked || !catalog.devices.get(id)?.isListed) return
      isAsked = true
      allowedMethods(path, abort.signal).then(
        (methods) => {
          button.hidden = !methods.has('PATCH')
        },
        // Asked again with the next list of devices.
        () => {
          isAsked = false
        },
      )
    },
    dispose: () => abort.abort(),
  }
}

/** Only what differs: what people did not touch stays what the configuration says. */
function changeOf(device: KnownDevice, name: string, tags: Tags, hidden: boolean): object {
  return {
    ...(name !== device.name && { name: name || null }),
    ...(formatTags(tags) !== formatTags(ownTags(device.tags)) && { tags: { ...kept(device.tags), ...tags } }),
    ...(hidden !== device.hidden && { hidden }),
  }
}

function ownTags(tags: Tags): Tags {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => key !== simulatedTag))
}

function kept(tags: Tags): Tags {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => key === simulatedTag))
}

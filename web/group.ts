import type { CardGroup } from './card-grid.ts'
import type { KnownDevice } from './catalog.ts'
import { h, place } from './dom.ts'
import { simulatedTag, tagText } from './tags.ts'

const collator = new Intl.Collator(undefined, { numeric: true })

/** Devices by the values of a tag, those without it last; one group without a title where no tag is named. */
export function groupsOf(devices: readonly KnownDevice[], tag: string): CardGroup[] {
  if (tag === '') return [{ title: '', devices }]
  const groups = new Map<string, KnownDevice[]>()
  const rest: KnownDevice[] = []
  for (const device of devices) {
    if (!Object.hasOwn(device.tags, tag)) {
      rest.push(device)
      continue
    }
    const title = tagText(tag, device.tags[tag]!)
    groups.set(title, [...(groups.get(title) ?? []), device])
  }
  const titled = [...groups].map(([title, members]) => ({ title, devices: members }))
  titled.sort((a, b) => collator.compare(a.title, b.title))
  return rest.length === 0 ? titled : [...titled, { title: `without ${tag}`, devices: rest }]
}

export interface Grouping {
  readonly element: HTMLElement
  /** Offers the tags of these devices. */
  show(devices: readonly KnownDevice[], chosen: string): void
}

/** Chooses the tag by which devices are grouped; not there while none has tags. */
export function createGrouping(choose: (tag: string) => void): Grouping {
  const select = h('select', { 'aria-label': 'Group by tag', onchange: () => choose(select.value) })
  const options = new Map<string, HTMLOptionElement>()

  function optionOf(tag: string): HTMLOptionElement {
    const option = options.get(tag) ?? h('option', { value: tag }, tag === '' ? 'Not grouped' : `Grouped by ${tag}`)
    options.set(tag, option)
    return option
  }

  return {
    element: select,
    show(devices, chosen) {
      const tags = new Set(devices.flatMap((device) => Object.keys(device.tags)))
      tags.delete(simulatedTag)
      if (chosen !== '') tags.add(chosen)
      place(select, ['', ...[...tags].sort(collator.compare)].map(optionOf))
      select.value = chosen
      select.hidden = tags.size === 0
    },
  }
}

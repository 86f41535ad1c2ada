import type { DeviceId } from '../src/reading.ts'
import { type Card, createCard } from './card.ts'
import type { KnownDevice } from './catalog.ts'
import { h, place } from './dom.ts'
import { frameJob } from './frame.ts'

/** Nobody reads values that change faster. */
const valuesEveryMs = 200
const tracesEveryMs = 2000

export interface CardGroup {
  /** Empty for the only one. */
  readonly title: string
  readonly devices: readonly KnownDevice[]
}

export interface CardGrid {
  readonly element: HTMLElement
  /** Shows these devices, in this order. */
  arrange(groups: readonly CardGroup[]): void
  /** This device has another value or status. */
  changed(id: DeviceId): void
  /** Time has passed: all ages are others. */
  tick(): void
  dispose(): void
}

/** The cards: those that are seen are kept up to date, a few times a second. */
export function createCardGrid(): CardGrid {
  const cards = new Map<DeviceId, Card>()
  const visible = new Set<Element>()
  /** Devices whose card is not up to date; those out of sight stay here. */
  const dirty = new Set<DeviceId>()
  const abort = new AbortController()
  const element = h('div', { class: 'card-groups' })
  const sections = new Map<string, Section>()
  const seen = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) isIntersecting ? visible.add(target) : visible.delete(target)
      update.request()
      traces.request()
    },
    { rootMargin: '200px' },
  )
  const update = frameJob(() => {
    for (const id of dirty) {
      const card = cards.get(id)
      if (card && !visible.has(card.element)) continue
      dirty.delete(id)
      card?.update()
    }
  }, valuesEveryMs)
  const traces = frameJob(() => {
    for (const card of cards.values()) if (visible.has(card.element)) card.drawTrace(abort.signal)
  }, tracesEveryMs)

  function cardOf(device: KnownDevice): Card {
    const known = cards.get(device.id)
    if (known?.device === device) return known
    if (known) drop(known)
    const card = createCard(device)
    card.update()
    cards.set(device.id, card)
    seen.observe(card.element)
    return card
  }

  function drop({ device, element }: Card): void {
    seen.unobserve(element)
    visible.delete(element)
    cards.delete(device.id)
  }

  function tick(): void {
    for (const id of cards.keys()) dirty.add(id)
    update.request()
    traces.request()
  }

  return {
    element,
    arrange(groups) {
      for (const title of sections.keys()) if (!groups.some((group) => group.title === title)) sections.delete(title)
      const shown = groups.map(({ title, devices }) => {
        const section = sections.get(title) ?? createSection(title)
        sections.set(title, section)
        const cards = devices.map(cardOf)
        for (const card of cards) card.nest(title !== '')
        place(
          section.list,
          cards.map(({ element }) => element),
        )
        return section.element
      })
      place(element, shown)
      for (const card of cards.values()) if (!card.element.isConnected && element.isConnected) drop(card)
      tick()
    },
    changed(id) {
      dirty.add(id)
      update.request()
    },
    tick,
    dispose() {
      abort.abort()
      seen.disconnect()
      update.cancel()
      traces.cancel()
    },
  }
}

interface Section {
  readonly element: HTMLElement
  readonly list: HTMLElement
}

function createSection(title: string): Section {
  const list = h('ul', { class: 'cards' })
  if (title === '') return { element: list, list }
  return { element: h('section', { 'aria-label': title }, h('h2', { class: 'group-title' }, title), list), list }
}

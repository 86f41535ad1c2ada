import type { DeviceId } from '../src/reading.ts'
import { backfill } from './backfill.ts'
import { gatewayNow } from './clock.ts'
import { createDeviceEdit } from './device-edit.ts'
import { createDeviceHead } from './device-head.ts'
import { h, setText } from './dom.ts'
import { createExportMenu } from './export-menu.ts'
import { frameJob } from './frame.ts'
import { keptMs } from './panel.ts'
import { createPanelGrid } from './panel-grid.ts'
import { createRangePicker } from './range-picker.ts'
import { formatRoute, type Range, ranges } from './route.ts'
import type { View, ViewContext } from './view.ts'

const headEveryMs = 200

/** One device: every series with its chart, filled with the last hour and following what comes. */
export function createDeviceView({ catalog, go, head, list }: ViewContext, id: DeviceId, initial: Range): View {
  let range = initial
  let loading = new AbortController()
  const picker = createRangePicker(range, (next) => go({ view: 'device', id, range: next }, 'replace'))
  const edit = createDeviceEdit(catalog, id)
  const shown = (): [from: number, to: number] => [gatewayNow() - spanOf(range), gatewayNow()]
  const exporting = createExportMenu(id, shown, head)
  const tools = h('div', { class: 'device-tools' }, picker.element, exporting.element, edit.element)
  const top = createDeviceHead(id, tools, formatRoute(list()))
  const problem = h('p', { class: 'problem', role: 'status' })
  const grid = createPanelGrid(spanOf(range))
  const showTop = () => top.show(catalog.devices.get(id))
  const showTopSoon = frameJob(showTop, headEveryMs)

  function arrange(): void {
    showTop()
    edit.offer()
    grid.arrange(catalog.devices.get(id)?.series ?? [])
  }

  async function load(): Promise<void> {
    loading.abort()
    loading = new AbortController()
    const now = gatewayNow()
    const failed = await backfill(id, now - keptMs, now, head(), loading.signal, grid.addHistory)
    setText(problem, failed ? `The last hour could not be loaded: ${failed.message}.` : '')
  }

  arrange()
  void load()
  return {
    element: h('div', { class: 'device-view' }, top.element, problem, grid.element),
    title: () => catalog.devices.get(id)?.name ?? id,
    route(route) {
      if (route.view !== 'device') return
      range = route.range
      picker.set(range)
      grid.setSpan(spanOf(range))
    },
    reading(reading) {
      if (reading.device !== id || grid.add(reading)) return
      arrange()
      grid.add(reading)
    },
    gap: ({ to }) => grid.cut(to),
    fresh() {
      grid.clear()
      void load()
    },
    listed: arrange,
    changed: (changed) => changed === id && showTopSoon.request(),
    tick() {
      showTop()
      grid.drawAll()
    },
    dispose() {
      loading.abort()
      edit.dispose()
      exporting.dispose()
      showTopSoon.cancel()
      grid.dispose()
    },
  }
}

function spanOf(range: Range): number {
  return ranges[range] * 60_000
}

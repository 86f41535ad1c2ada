import { svg } from './dom.ts'

/** Strokes on a 24 × 24 grid. */
const strokes = {
  waves: 'M3 8c3.5 0 3.5 3 7 3s3.5-3 7-3 2.5 1.2 4 1.7M3 15c3.5 0 3.5 3 7 3s3.5-3 7-3 2.5 1.2 4 1.7',
  back: 'M15 5l-7 7 7 7',
  earlier: 'M15 5l-7 7 7 7',
  later: 'M9 5l7 7-7 7',
  less: 'M5 12h14',
  more: 'M5 12h14M12 5v14',
  remove: 'M6 6l12 12M18 6L6 18',
  search: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M15.5 15.5L20 20',
  auto: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16v16M13.5 5v14M15 5.3v13.4M16.5 6.2v11.6M18 7.7v8.6',
  light:
    'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4',
  dark: 'M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5',
  edit: 'M4 20l1-4L16 5l3 3L8 19zM14 7l3 3',
  download: 'M12 4v11M7 10.5l5 5 5-5M5 20h14',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  check: 'M5 12.5l4.5 4.5L19 7.5',
}

export type IconName = keyof typeof strokes

/** A decorative icon in the colour of the text: what it means must be said in words beside it or in a label. */
export function icon(name: IconName): SVGSVGElement {
  return svg('svg', { class: 'icon', viewBox: '0 0 24 24', 'aria-hidden': 'true' }, svg('path', { d: strokes[name] }))
}

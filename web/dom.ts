type Attribute = string | number | boolean | undefined | ((event: never) => void)
type Child = Node | string | number | false | null | undefined

/**
 * An element with attributes and children. A function under `onclick` and the like becomes a listener, `true` an empty
 * attribute, `false` and `undefined` none. There is no `style`: the Content-Security-Policy forbids the attribute.
 */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, Attribute> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  assign(element, attributes)
  for (const child of children) if (child !== false && child != null) element.append(child as Node | string)
  return element
}

/** An SVG element, as `h`. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Record<string, Attribute> = {},
  ...children: Node[]
): SVGElementTagNameMap[K] {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag)
  assign(element, attributes)
  element.append(...children)
  return element
}

/** Sets the text only where it differs: most updates of a quiet page change nothing, and a write costs a layout. */
export function setText(node: Node, text: string): void {
  if (node.textContent !== text) node.textContent = text
}

/** Sets or removes an attribute only where it differs. */
export function setAttribute(element: Element, name: string, value: string | undefined): void {
  if (value === undefined) element.removeAttribute(name)
  else if (element.getAttribute(name) !== value) element.setAttribute(name, value)
}

/** Gives an element these children. Moves nothing where nothing changed: an element that is moved loses the focus. */
export function place(container: Element, children: readonly Element[]): void {
  if (container.children.length === children.length && children.every((child, at) => container.children[at] === child))
    return
  container.replaceChildren(...children)
}

function assign(element: Element, attributes: Record<string, Attribute>): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue
    if (typeof value === 'function') element.addEventListener(name.slice(2), value as EventListener)
    else element.setAttribute(name, value === true ? '' : String(value))
  }
}

/** The keys of a discovery message that we read, by their abbreviations (https://www.home-assistant.io/integrations/mqtt/#supported-abbreviations-in-mqtt-discovery-messages). */
const abbreviations = new Map(
  Object.entries({
    avty: 'availability',
    avty_mode: 'availability_mode',
    avty_t: 'availability_topic',
    avty_tpl: 'availability_template',
    cmps: 'components',
    curr_hum_t: 'current_humidity_topic',
    curr_hum_tpl: 'current_humidity_template',
    curr_temp_t: 'current_temperature_topic',
    curr_temp_tpl: 'current_temperature_template',
    dev: 'device',
    dev_cla: 'device_class',
    e: 'encoding',
    exp_aft: 'expire_after',
    json_attr_t: 'json_attributes_topic',
    o: 'origin',
    obj_id: 'object_id',
    p: 'platform',
    pos_t: 'position_topic',
    pos_tpl: 'position_template',
    pl_avail: 'payload_available',
    pl_not_avail: 'payload_not_available',
    pl_off: 'payload_off',
    pl_on: 'payload_on',
    stat_cla: 'state_class',
    stat_off: 'state_off',
    stat_on: 'state_on',
    stat_val_tpl: 'state_value_template',
    stat_t: 'state_topic',
    t: 'topic',
    temp_unit: 'temperature_unit',
    uniq_id: 'unique_id',
    unit_of_meas: 'unit_of_measurement',
    val_tpl: 'value_template',
    // Of the device.
    cns: 'connections',
    ids: 'identifiers',
    mf: 'manufacturer',
    sw: 'sw_version',
  }),
)

/** One entity as its message describes it: keys in full, topics complete. */
export interface Config {
  readonly component: string
  /** Tells it from others of the same message; the topic's last name for a message of one entity. */
  readonly key: string
  readonly values: Readonly<Record<string, unknown>>
  readonly device: Readonly<Record<string, unknown>>
}

/**
 * The entities of a discovery message: one, or for the component `device` all of its `components`, which share what stands beside them.
 * A component with nothing but its platform is one that was removed, and is left out.
 */
export function readConfigs(document: object, component: string, objectId: string): readonly Config[] {
  const values = expanded(document)
  const device = isObject(values.device) ? expanded(values.device) : {}
  if (component !== 'device') return [{ component, key: objectId, values, device }]
  if (!isObject(values.components)) return []
  const { components, ...shared } = values
  return Object.entries(components as object)
    .slice(0, componentsMax)
    .flatMap(([key, part]) => {
      if (!isObject(part)) return []
      const own = expanded(part, shared['~'])
      if (typeof own.platform !== 'string' || Object.keys(own).length === 1) return []
      return [{ component: own.platform, key, values: { ...shared, ...own }, device }]
    })
}

const componentsMax = 500

/** The same with keys in full, and `~` in topics replaced by what it stands for. */
function expanded(document: object, base: unknown = undefined): Record<string, unknown> {
  const values = Object.fromEntries(
    Object.entries(document).map(([key, value]) => [abbreviations.get(key) ?? key, value] as const),
  )
  const root = values['~'] ?? base
  if (Array.isArray(values.availability))
    values.availability = values.availability.map((one) => (isObject(one) ? expanded(one, root) : one))
  if (typeof root !== 'string') return values
  for (const [key, value] of Object.entries(values)) {
    if (typeof value !== 'string' || !key.endsWith('topic')) continue
    if (value.startsWith('~')) values[key] = root + value.slice(1)
    else if (value.endsWith('~')) values[key] = value.slice(0, -1) + root
  }
  return values
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

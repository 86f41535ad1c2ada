import { defineDevice } from '../src/decode/profile.ts'

const topics = ['owntracks/{user}/{tracker}', 'owntracks/{user}/{tracker}/event', 'owntracks/{user}/{tracker}/step']
const device = '{user}/{tracker}'
const time = { at: 'tst', format: 's' } as const

export const owntracks = defineDevice({
  id: 'owntracks',
  name: 'OwnTracks (positions of telephones)',
  about: 'https://owntracks.org/booklet/tech/json/',
  messages: [
    {
      topic: ['owntracks/{user}/{tracker}/{verb:cmd|request}', 'owntracks/{user}/{tracker}/{verb:cmd|request}/{rest}'],
      ignore: 'command_topic',
    },
    { topic: topics, when: { at: '$._type', is: 'lwt' }, device, availability: { at: '_type', offline: ['lwt'] } },
    // Only a key could tell what is in it.
    { topic: topics, when: { at: '$._type', is: 'encrypted' }, ignore: 'unsupported_feature' },
    {
      topic: topics,
      when: { at: '$._type', is: 'location' },
      device,
      time,
      readings: {
        lat: 'latitude',
        lon: 'longitude',
        acc: { metric: 'accuracy', sentinels: [-1] },
        alt: 'altitude',
        vel: { metric: 'speed', unit: 'km/h', sentinels: [-1] },
        cog: { metric: 'course', sentinels: [-1] },
        p: { metric: 'pressure', unit: 'kPa' },
        batt: { metric: 'battery', sentinels: [-1] },
      },
    },
    {
      topic: topics,
      when: { at: '$._type', is: 'transition' },
      device,
      time,
      // Enters or leaves the region that is the channel.
      readings: {
        event: { metric: 'action', channel: '{@.desc}' },
        lat: 'latitude',
        lon: 'longitude',
        acc: { metric: 'accuracy', sentinels: [-1] },
      },
    },
    {
      topic: topics,
      when: { at: '$._type', is: 'steps' },
      device,
      time,
      readings: { steps: { metric: 'steps', unit: 'count', sentinels: [-1] } },
    },
    {
      topic: [...topics, 'owntracks/{user}/{tracker}/{part:info|waypoint|waypoints|beacon|dump|status}'],
      form: 'object',
      ignore: 'ignored_topic',
    },
  ],
  examples: [
    {
      topic: 'owntracks/ines/phone',
      payload:
        '{"_type":"location","lat":38.7223,"lon":-9.1393,"acc":14,"alt":45,"vel":36,"cog":270,"batt":61,"p":101.3,"tst":1780315190,"tid":"ip","conn":"m"}',
      receivedAt: '2026-06-01T12:00:00Z',
      readings: [
        {
          device: 'owntracks:ines_phone-e4d012',
          metric: 'latitude',
          value: 38.7223,
          unit: 'lat',
          time: '2026-06-01T11:59:50.000Z',
        },
        { metric: 'longitude', value: -9.1393, unit: 'lon' },
        { metric: 'accuracy', value: 14, unit: 'm' },
        { metric: 'altitude', value: 45, unit: 'm' },
        { metric: 'speed', value: 10, unit: 'm/s' },
        { metric: 'course', value: 270, unit: 'deg' },
        { metric: 'battery', value: 61, unit: '%EL' },
        { metric: 'pressure', value: 1013, unit: 'hPa' },
      ],
    },
    {
      topic: 'owntracks/ines/phone/event',
      payload: '{"_type":"transition","event":"leave","desc":"Work","tst":1780315190,"wtst":1700000000,"tid":"ip"}',
      readings: [{ metric: 'action', channel: 'Work', value: 'leave', unit: null }],
    },
    { topic: 'owntracks/ines/phone', payload: '{"_type":"lwt","tst":1780315190}', retain: true, online: false },
    {
      topic: 'owntracks/ines/phone',
      payload: '{"_type":"location","batt":-1,"tst":1}',
      rejected: ['clock_invalid', 'sentinel'],
    },
    {
      topic: 'owntracks/ines/phone',
      payload: '{"_type":"encrypted","data":"q83v"}',
      rejected: ['unsupported_feature'],
    },
  ],
})

import { z } from 'zod'

const name = z.string().trim().min(1).max(200)
const tag = z.union([z.string().max(200), z.number(), z.boolean()])

/** What people may say about a device. */
export const labelBody = z.strictObject({
  name: name.optional(),
  tags: z
    .record(z.string().min(1).max(64), tag)
    .refine((tags) => Object.keys(tags).length <= 50, 'at most 50 tags')
    .optional(),
  hidden: z.boolean().optional(),
})

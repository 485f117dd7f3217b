import { z } from 'zod';
import { NoOpening, SEARCH_DAYS, nextOpening } from '../calendar/openings.ts';
import { daysOf, windowProblem } from '../calendar/weekly.ts';
import { canonicalCode } from '../fulfillment/country-names.ts';
import { mappingSetsSchema, templateSchema } from '../mapping/template.ts';
import { scheduleSchema, timezoneSchema } from './schedule.ts';

const DAYS_REASON = 'write days as mon, mon-fri or mon,wed';

const daysKey = z.string().refine((key) => daysOf(key) !== undefined, { error: DAYS_REASON });

const window = z.string().superRefine((text, context) => {
  const message = windowProblem(text);
  if (message) context.addIssue({ code: 'custom', message });
});

/**
 * When a supplier takes orders: windows of wall-clock time, a week's worth, less the holidays (see domain/calendar).
 * Refused when nothing would open in the 366 days from the moment of the check on, by the clock of this machine.
 */
export const businessHoursSchema = z
  .strictObject({
    timezone: timezoneSchema,
    weekly: z
      .record(daysKey, z.array(window), {
        error: (issue) => (issue.code === 'invalid_key' ? DAYS_REASON : undefined),
      })
      .refine((weekly) => Object.values(weekly).some((windows) => windows.length > 0), {
        error: 'these hours never open: give at least one window',
      }),
    holidays: z.array(z.iso.date('write a holiday as 2026-12-25')).default([]),
  })
  .check((context) => {
    // Windows and dates that were refused already cannot be searched.
    if (context.issues.length > 0 || opensFrom(context.value, new Date())) return;
    const message = `these hours never open: the holidays cover every window of the next ${SEARCH_DAYS} days`;
    context.issues.push({ code: 'custom', input: context.value, path: ['holidays'], message });
  });

function opensFrom(hours: BusinessHours, now: Date): boolean {
  try {
    nextOpening(hours, now);
    return true;
  } catch (error) {
    if (error instanceof NoOpening) return false;
    throw error;
  }
}

/** Settings of the job Send Fulfillment Requests. */
export const fulfillmentSchema = z
  .strictObject({
    autoSend: z.boolean().default(false),
    customer: z.enum(['guest', 'create', 'existing']).default('guest'),
    holdHours: z.number().min(0).max(8760).default(0),
    businessHoursHold: z.boolean().default(false),
    businessHours: businessHoursSchema.optional(),
    schedule: scheduleSchema.optional(),
    externalOrderIdPrefix: z
      .string()
      .max(40)
      .regex(/^[\x21-\x7e]*$/, 'printable ASCII without blanks only')
      .default(''),
    unknownOutcome: z
      .strictObject({
        firstLookSeconds: z.number().positive().default(30),
        resendAfterSeconds: z.number().positive().default(180),
        giveUpMinutes: z.number().positive().default(15),
      })
      .prefault({}),
    /** What the lines cost: `catalog` lets the store price them, `request` sends the unit prices of the request. */
    prices: z.enum(['catalog', 'request']).default('catalog'),
    /** Where the note of a request goes in the order. */
    note: z.enum(['staffNotes', 'customerMessage']).default('staffNotes'),
    /** `external_source` of the orders; marketplace apps must give their app id. */
    externalSource: z.string().min(1).max(100).default('bigcommerce-source'),
    /** Longer numbers, prefix included, are refused before sending; BigCommerce documents no limit. */
    externalOrderIdMaxLength: z.int().min(10).max(255).default(100),
    channelId: z.int().min(1).optional(),
    /** Whether BigCommerce mails a customer that `customer: create` makes. */
    welcomeMail: z.boolean().default(false),
    /** Name of the form field that takes the two-letter state code, e.g. "State Code". */
    stateCodeField: z.string().min(1).max(255).optional(),
    /** When the store takes ordered items off its stock: as BigCommerce's inventory settings say. */
    stockDeducted: z.enum(['orderPlaced', 'shipped']).default('orderPlaced'),
    mapping: templateSchema.default({}),
    mappingSets: mappingSetsSchema.default({}),
  })
  .refine((settings) => !settings.businessHoursHold || settings.businessHours !== undefined, {
    path: ['businessHoursHold'],
    error: 'needs businessHours: the hold is counted in their open hours',
  });

export type FulfillmentSettings = z.infer<typeof fulfillmentSchema>;
export type BusinessHours = z.infer<typeof businessHoursSchema>;

/** An order's country is compared as its code is written today, so that no other could ever be met. */
const countryCodeSchema = z
  .string()
  .regex(/^[A-Z]{2}$/, { error: 'two capital letters, e.g. US', abort: true })
  .superRefine((code, context) => {
    const today = canonicalCode(code);
    if (today !== code) context.addIssue({ code: 'custom', message: `write ${today} for ${code}` });
  });

/** Which orders may be routed to the source. */
export const routingSchema = z.strictObject({
  priority: z.int().min(1).default(100),
  minimumOrderTotal: z.number().min(0).default(0),
  minimumQuantity: z.int().min(0).default(0),
  /** Whether the source may ship a part of an order while another source ships the rest. */
  split: z.boolean().default(true),
  categories: listRuleSchema(),
  brands: listRuleSchema(),
  countries: z.array(countryCodeSchema).default([]),
});

function listRuleSchema() {
  return z
    .strictObject({ include: z.array(z.string()).default([]), exclude: z.array(z.string()).default([]) })
    .prefault({});
}

export type RoutingSettings = z.infer<typeof routingSchema>;

/** Settings of the job Get Shipments. */
export const shipmentsSchema = z.strictObject({
  /** Requests that were created longer ago are no longer asked about. */
  lookbackDays: z.number().positive().max(3650).default(90),
  /** How long shipments are asked for again after everything has shipped: tracking numbers are typed in later. */
  recheckDays: z.number().min(0).max(365).default(14),
  schedule: scheduleSchema.optional(),
  mapping: templateSchema.default({}),
  mappingSets: mappingSetsSchema.default({}),
});

export type ShipmentsSettings = z.infer<typeof shipmentsSchema>;

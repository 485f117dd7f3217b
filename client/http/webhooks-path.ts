/** Below this address, with the name of the source behind it, the store sends its events. */
export const WEBHOOKS_PATH = '/webhooks/bigcommerce';

import { json, type Answer } from '../http/answers.ts';
import type { Call } from '../http/call.ts';
import { v2List, v3List } from '../http/paging.ts';

const PAGES = [
  { id: 1, name: 'Shipping & Returns', url: '/shipping-returns/', body: '<p>We ship within two days.</p>' },
  { id: 2, name: 'Contact Us', url: '/contact-us/', body: '<p>Write to us.</p>' },
];

/** GET /v3/content/pages. */
export function listPages(call: Call): Answer {
  const rows = PAGES.map(({ body: _body, ...page }) => ({
    ...{ ...page, channel_id: 1, is_visible: true, parent_id: 0, sort_order: 0, type: 'page' },
    ...{ is_homepage: false, is_customers_only: false, email: '', feed: null, link: null },
  }));
  return v3List(call.query, rows);
}

/** GET /v2/pages. */
export function listV2Pages(call: Call): Answer {
  return v2List(call.query, PAGES, (page) => ({
    ...page,
    parent_id: 0,
    type: 'page',
    is_visible: true,
    sort_order: 0,
  }));
}

/** GET /v2/time: the cheapest probe of a credential. */
export function getTime(call: Call): Answer {
  return json({ time: Math.floor(call.store.now() / 1000) });
}

/** What `GET /v2/store` says about a store; the fields that the simulator itself reads are named. */
export interface StoreInformation {
  id: string;
  name: string;
  currency: string;
  default_channel_id: number;
  [field: string]: unknown;
}

const NEW_STORE = {
  account_uuid: '8d4d492f-17a1-4d95-b396-e1c5720815a5',
  status: 'live',
  name: 'Northfield Supply',
  first_name: 'Jane',
  last_name: 'Doe',
  address: '1 Market Street\nAustin, Texas 78701',
  country: 'United States',
  country_code: 'US',
  infrastructure_region: 'us-central1',
  phone: '555-0100',
  admin_email: 'owner@example.com',
  order_email: 'orders@example.com',
  favicon_url: '',
  timezone: {
    name: 'America/Chicago',
    raw_offset: -21_600,
    dst_offset: -18_000,
    dst_correction: true,
    date_format: { display: 'M jS Y', export: 'M jS Y', extended_display: 'M jS Y @ g:i A' },
  },
  language: 'en',
  currency: 'USD',
  currency_symbol: '$',
  decimal_separator: '.',
  thousands_separator: ',',
  decimal_places: 2,
  currency_symbol_location: 'left',
  weight_units: 'LBS',
  dimension_units: 'Inches',
  dimension_decimal_places: 2,
  dimension_decimal_token: '.',
  dimension_thousands_token: ',',
  plan_name: 'Standard',
  plan_level: 'Standard',
  plan_is_trial: false,
  industry: 'Retail',
  logo: [],
  is_price_entered_with_tax: false,
  store_id: 1001,
  default_channel_id: 1,
  default_site_id: 1000,
  active_comparison_modules: [],
  features: {
    stencil_enabled: true,
    sitewidehttps_enabled: true,
    facebook_catalog_id: '',
    checkout_type: 'optimized',
    wishlists_enabled: true,
    graphql_storefront_api_enabled: true,
    shopper_consent_tracking_enabled: false,
    multi_storefront_enabled: false,
    storefront_limits: { active: 1, total_including_inactive: 1 },
  },
};

/** A store as a new merchant gets it: US dollars, pounds and inches. */
export function defaultInformation(hash: string): StoreInformation {
  return {
    id: hash,
    domain: `${hash}.example.com`,
    secure_url: `https://${hash}.example.com`,
    control_panel_base_url: `https://store-${hash}.mybigcommerce.com`,
    ...structuredClone(NEW_STORE),
  };
}

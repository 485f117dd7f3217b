import { json, v2Error, type Answer } from '../http/answers.ts';
import { idParam, type Call } from '../http/call.ts';
import { v2List } from '../http/paging.ts';
import { COUNTRIES, type Country, type State } from './countries.ts';

/** GET /v2/countries. */
export function listCountries(call: Call): Answer {
  const { country, country_iso2: iso2, country_iso3: iso3 } = call.query;
  const found = COUNTRIES.filter(
    (candidate) => same(candidate.name, country) && same(candidate.iso2, iso2) && same(candidate.iso3, iso3),
  );
  return v2List(call.query, found, (row) => writeCountry(row, call.store.hash));
}

/** GET /v2/countries/{id}. */
export function getCountry(call: Call): Answer {
  const country = countryOf(call);
  return country === undefined ? notFound() : json(writeCountry(country, call.store.hash));
}

/** GET /v2/countries/{id}/states: 204 where a country has none. */
export function listStates(call: Call): Answer {
  const country = countryOf(call);
  if (country === undefined) return notFound();
  const { state, state_abbreviation: abbreviation } = call.query;
  const found = country.states.filter((row) => same(row.name, state) && same(row.abbreviation, abbreviation));
  return v2List(call.query, found, writeState);
}

/** GET /v2/countries/states: of all countries. */
export function listAllStates(call: Call): Answer {
  return v2List(
    call.query,
    COUNTRIES.flatMap((country) => country.states),
    writeState,
  );
}

/** GET /v2/countries/{id}/states/{id}. */
export function getState(call: Call): Answer {
  const state = countryOf(call)?.states.find((candidate) => candidate.id === idParam(call, 'stateId'));
  return state === undefined ? notFound() : json(writeState(state));
}

/** GET /v2/countries/count. */
export function countCountries(): Answer {
  return json({ count: COUNTRIES.length });
}

/** GET /v2/countries/states/count. */
export function countAllStates(): Answer {
  return json({ count: COUNTRIES.reduce((sum, country) => sum + country.states.length, 0) });
}

/** GET /v2/countries/{id}/states/count. */
export function countStates(call: Call): Answer {
  const country = countryOf(call);
  return country === undefined ? notFound() : json({ count: country.states.length });
}

function countryOf(call: Call): Country | undefined {
  return COUNTRIES.find((candidate) => candidate.id === idParam(call, 'countryId'));
}

function same(actual: string, wanted: string | undefined): boolean {
  return wanted === undefined || actual.toLowerCase() === wanted.toLowerCase();
}

function notFound(): Answer {
  return v2Error(404, 'The requested resource was not found.');
}

function writeCountry(country: Country, hash: string): unknown {
  const resource = `/countries/${country.id}/states`;
  const states = { url: `https://api.bigcommerce.com/stores/${hash}/v2${resource}`, resource };
  return { id: country.id, country: country.name, country_iso2: country.iso2, country_iso3: country.iso3, states };
}

function writeState(state: State): unknown {
  return { id: state.id, state: state.name, state_abbreviation: state.abbreviation, country_id: state.countryId };
}

import { jobTitles } from '../../domain/jobs.ts';
import type { Overview, SourceOverview } from '../overview.ts';
import { html } from './page.ts';
import type { Html } from './page.ts';

/** The state of the sources of one store: last runs, requests that wait or failed, open alarms. No data of any person. */
export function statePage(storeHash: string, { sources, at }: Overview, news: Html[] = []): Html {
  return html`<h1>Store ${storeHash}</h1>
    ${news} ${sources.length === 0 ? [nothingHere] : []} ${sources.map((source) => sourceBlock(source, at))}
    <p class="quiet">
      As of ${at.toISOString().slice(0, 16).replace('T', ' ')} UTC. Open the app again to see it anew.
    </p>`;
}

const nothingHere = html`<p>No source is connected to this store.</p>`;

function sourceBlock(source: SourceOverview, at: Date): Html {
  const { jobs, alarms, waiting, stockAgeMinutes } = source;
  const inState = (...states: string[]) =>
    source.requests.filter(({ processing }) => states.includes(processing)).reduce((sum, { count }) => sum + count, 0);
  return html`<h2>${source.source}</h2>
    ${alarms.map(({ message, startedAt }) => html`<p class="alarm">${message} <span class="quiet">(${since(startedAt, at)})</span></p>`)}
    ${alarms.length === 0 ? [html`<p class="good">No open alarms.</p>`] : []}
    <table>
      <thead>
        <tr>
          <th>Job</th>
          <th>Last run</th>
          <th>Next run</th>
        </tr>
      </thead>
      <tbody>
        ${jobs.map((job) => jobRow(job, at))}
      </tbody>
    </table>
    <table>
      <tbody>
        <tr>
          <th>Requests under way</th>
          <td class="number">${inState('processing', 'sending')}</td>
        </tr>
        <tr>
          <th>Requests that failed</th>
          <td class="number ${waiting.failed > 0 ? 'bad' : ''}">${waiting.failed}</td>
        </tr>
        <tr>
          <th>Requests to be processed</th>
          <td class="number">${waiting.unprocessed}</td>
        </tr>
        <tr>
          <th>Runs that wait for approval</th>
          <td class="number">${waiting.approvals}</td>
        </tr>
        <tr>
          <th>Age of the stock</th>
          <td class="number">${stockAgeMinutes === null ? 'not imported yet' : minutes(stockAgeMinutes)}</td>
        </tr>
      </tbody>
    </table>`;
}

function jobRow({ job, last, nextRunAt, schedule }: SourceOverview['jobs'][number], at: Date): Html {
  const why = last?.reasonCode ? ` (${last.reasonCode})` : '';
  const before = last ? `${last.status}${why}, ${since(last.startedAt, at)}` : 'never ran';
  const next = nextRunAt ? `in ${minutes(between(at, nextRunAt))}` : schedule === 'none' ? 'by hand' : schedule;
  return html`<tr>
    <td>${jobTitles[job]}</td>
    <td class="${last?.status === 'failed' ? 'bad' : ''}">${before}</td>
    <td>${next}</td>
  </tr>`;
}

function since(from: Date, at: Date): string {
  return `${minutes(between(from, at))} ago`;
}

function between(from: Date, to: Date): number {
  return Math.max(0, Math.floor((to.getTime() - from.getTime()) / 60_000));
}

function minutes(count: number): string {
  if (count < 120) return `${count} min`;
  return count < 2880 ? `${Math.floor(count / 60)} h` : `${Math.floor(count / 1440)} d`;
}

/** Where Temporal's Web UI is when nobody says so: beside its server, or in its cloud. */
export function guessTemporalUi(address: string): string {
  if (address.endsWith('.tmprl.cloud:7233') || address.endsWith('.temporal.io:7233'))
    return 'https://cloud.temporal.io';
  return `http://${address.replace(/:\d+$/, '')}:8233`;
}

/** The page of a workflow in the Web UI, or of one run of it. */
export function workflowLink(ui: string, namespace: string, workflowId: string, runId?: string): string {
  const run = runId ? `/${runId}/history` : '';
  return `${ui.replace(/\/+$/, '')}/namespaces/${namespace}/workflows/${encodeURIComponent(workflowId)}${run}`;
}

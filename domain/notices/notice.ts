/** What is told, without personal data; how it looks depends on the receiver. */
export interface Notice {
  type: 'run.ended' | 'run.waiting' | 'alarm.started' | 'alarm.reminder' | 'alarm.ended' | 'test';
  source: string;
  at: string;
  title: string;
  /** Counts, and what needs a person. */
  lines: string[];
  /** What mends it, to be pasted into a shell. */
  commands: string[];
  /** The run in the Web UI. */
  run: { workflowId: string; runId: string } | null;
  /** For programs. */
  data: Record<string, unknown>;
}

/** A notice as lines of plain text. */
export function plainText({ title, lines, commands }: Notice, url: string | null): string {
  const parts = [title, ...lines];
  if (commands.length > 0) parts.push('', 'What to do:', ...commands.map((command) => `  ${command}`));
  if (url) parts.push('', `The run: ${url}`);
  return parts.join('\n');
}

/** A notice in the words of Slack's incoming webhooks, which other chats understand too. */
export function slackBody({ title, lines, commands }: Notice, url: string | null): { text: string } {
  const parts = [`*${escapeSlack(title)}*`, ...lines.map(escapeSlack)];
  for (const command of commands) parts.push(`\`${escapeSlack(command)}\``);
  if (url) parts.push(`<${escapeSlack(url)}|The run>`);
  return { text: parts.join('\n') };
}

function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** A notice as programs read it, laid out as Standard Webhooks recommends. */
export function webhookBody(notice: Notice, url: string | null) {
  const { type, at, source, title, lines, commands, data } = notice;
  return { type, timestamp: at, data: { source, title, lines, commands, url, ...data } };
}

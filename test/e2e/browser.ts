import { got } from 'got';

/** A page as a browser without scripts sees it. */
export interface Page {
  status: number;
  url: string;
  text: string;
  headers: Record<string, string | string[] | undefined>;
}

/** Opens an address and follows where it leads, as a browser does. */
export async function open(url: string, form?: Record<string, string>): Promise<Page> {
  const response = await got(url, {
    ...(form ? { method: 'POST', form, methodRewriting: true } : {}),
    throwHttpErrors: false,
    retry: { limit: 0 },
  });
  return { status: response.statusCode, url: response.url, text: response.body, headers: response.headers };
}

/** What stands in the frame of a page. */
export async function openFrame(page: Page): Promise<Page> {
  const [, source] = /<iframe [^>]*src="([^"]*)"/.exec(page.text) ?? [];
  if (!source) throw new Error(`There is no frame in ${page.text}`);
  return open(source.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code))));
}

import type { OpenAI } from 'openai';
import { endpointFetch } from './transport.js';

/**
 * A client of the `openai` package for one endpoint. The package is loaded with the first request: commands that send
 * nothing start without it. It reads no environment variable, follows no redirect, tries nothing again and sends nothing
 * about this machine.
 * @param apiKey sent to the host of `baseUrl` and nowhere else; absent for endpoints that need none
 * @param timeoutMs for the whole of one request
 */
export async function openaiClient(
  baseUrl: string,
  apiKey: string | undefined,
  timeoutMs: number,
): Promise<OpenAI> {
  const { OpenAI: Client } = await import('openai');
  return new Client({
    baseURL: baseUrl,
    // The package insists on one; without a key of the user's the header that would carry it is taken out below.
    apiKey: apiKey ?? 'none',
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    timeout: timeoutMs,
    maxRetries: 0,
    logLevel: 'off',
    // The editor's extension host has a window object; the key is the user's own and stays on this machine.
    dangerouslyAllowBrowser: true,
    fetch: endpointFetch(),
    defaultHeaders: {
      'User-Agent': 'hone',
      ...Object.fromEntries(
        ['Lang', 'Package-Version', 'OS', 'Arch', 'Runtime', 'Runtime-Version', 'Retry-Count', 'Timeout'].map(
          (header) => [`X-Stainless-${header}`, null],
        ),
      ),
      ...(apiKey ? {} : { Authorization: null }),
    },
  });
}

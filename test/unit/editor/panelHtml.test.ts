import { describe, expect, it } from 'vitest';
import { messageHtml, pageHtml } from '../../../src/editor/panelHtml.js';

const sources = {
  cspSource: 'https://page.test',
  script: 'https://page.test/webview.js',
  style: 'https://page.test/webview.css',
};
const nonceOf = (html: string) => /script-src 'nonce-([^']+)'/.exec(html)?.[1];

describe('pageHtml', () => {
  it('allows our own bundle only, by a nonce that is new each time', () => {
    const html = pageHtml(sources);
    const nonce = nonceOf(html);
    expect(Buffer.from(nonce!, 'base64')).toHaveLength(16);
    expect(nonceOf(pageHtml(sources))).not.toBe(nonce);
    const policy = /Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1];
    expect(policy?.split('; ')).toEqual([
      "default-src 'none'",
      `script-src 'nonce-${nonce}'`,
      `style-src https://page.test 'nonce-${nonce}'`,
      'img-src https://page.test',
      'font-src https://page.test',
    ]);
    expect(html).toContain(`<meta property="csp-nonce" content="${nonce}">`);
    expect(html).toContain(`<script nonce="${nonce}" src="https://page.test/webview.js"></script>`);
    expect(html).not.toMatch(/unsafe-|style="|onclick/);
  });
});

describe('messageHtml', () => {
  it('shows a text as text', () => {
    expect(messageHtml('<img src=x> & more')).toContain('&lt;img src=x&gt; &amp; more');
  });
});

import { randomBytes } from 'node:crypto';

/** What the page is loaded from. */
export interface PageSources {
  /** The editor's source for its own resources, as `webview.cspSource` says. */
  readonly cspSource: string;
  readonly script: string;
  readonly style: string;
}

/**
 * The page of a run. Nothing loads but our own bundle, and nothing connects anywhere. The nonce is in `style-src` too, and
 * named by a meta element, because the toolkit probes for `:focus-visible` with a style element.
 */
export function pageHtml({ cspSource, script, style }: PageSources): string {
  const nonce = randomBytes(16).toString('base64');
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${cspSource} 'nonce-${nonce}'`,
    `img-src ${cspSource}`,
    `font-src ${cspSource}`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1.0">
<meta property="csp-nonce" content="${nonce}">
<title>Hone</title>
<link rel="stylesheet" href="${style}">
</head>
<body>
<script nonce="${nonce}" src="${script}"></script>
</body>
</html>`;
}

/** A page without scripts that says one thing. */
export function messageHtml(message: string): string {
  const text = message.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'">
<title>Hone</title>
</head>
<body><p role="alert">${text}</p></body>
</html>`;
}

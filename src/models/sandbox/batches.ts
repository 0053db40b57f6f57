import type { IncomingMessage, ServerResponse } from 'node:http';
import { hashFraction } from '../../core/hash.js';
import { bodyOf, send, sendError } from './http.js';

/** Shares of a batch's requests, each in [0, 1], that go wrong on purpose. Together at most 1. */
export interface BatchFaults {
  /** Not worked on in time: the batch ends as expired. */
  readonly expired?: number;
  /** Answered with an error of the server. */
  readonly errors?: number;
  /** Left out of both files of results. */
  readonly missing?: number;
  /** Decides which requests go wrong. Default 0. */
  readonly seed?: number;
}

export interface SandboxBatchOptions {
  /** Time from the creation of a batch to its end. Default 0. */
  readonly latencyMs?: number;
  readonly faults?: BatchFaults;
  /** Requests that may wait in batches at once; a batch that would pass it fails. Default: no limit. */
  readonly maxEnqueued?: number;
}

export interface BatchStats {
  /** Files uploaded. */
  files: number;
  created: number;
  /** Requests in the batches that were created. */
  lines: number;
  /** Times that somebody asked how a batch stands. */
  looks: number;
}

/** Answers one request of a batch. @throws Error with a sentence for the client. */
export type AnswerLine = (body: string, name: string, repeat: number) => unknown;

interface Line {
  readonly custom_id: string;
  readonly body: unknown;
}

interface Batch {
  readonly id: string;
  readonly inputFile: string;
  readonly lines: readonly Line[];
  readonly createdAt: number;
  readonly metadata: unknown;
  readonly errors: readonly { code: string; message: string; line: number | null }[];
  status: 'failed' | 'in_progress' | 'completed' | 'expired' | 'cancelled';
  outputFile?: string;
  errorFile?: string;
}

const ENDPOINT = '/v1/chat/completions';
const MOST_LINES = 50_000;
const LARGEST_FILE = 200_000_000;
const LARGEST_JSON = 100_000;
const PAGE = 20;

export function isBatchPath(path: string): boolean {
  return /^\/(files|batches)(\/|$)/.test(path);
}

/** The part of the protocol that uploads files of requests, works on them later and keeps the results. */
export class SandboxBatches {
  private readonly files = new Map<string, string>();
  private readonly batches: Batch[] = [];
  private readonly tries = new Map<string, number>();

  constructor(
    private readonly stats: BatchStats,
    private readonly options: SandboxBatchOptions = {},
    private readonly answerLine: AnswerLine,
  ) {}

  async handle(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const [, kind, id, action] = path.split('/');
    const route = `${request.method} ${kind}${id ? '/ID' : ''}${action ? `/${action}` : ''}`;
    try {
      const batch = this.batches.find((each) => each.id === id);
      if (route === 'POST files') await this.upload(request, response);
      else if (route === 'GET files/ID/content') this.download(response, id!);
      else if (route === 'POST batches') await this.create(request, response);
      else if (route === 'GET batches') this.list(request, response);
      else if (batch && route === 'GET batches/ID') {
        this.stats.looks++;
        this.show(response, batch);
      } else if (batch && route === 'POST batches/ID/cancel') {
        this.advance(batch);
        if (batch.status === 'in_progress') this.end(batch, this.workedOn(batch), 'cancelled');
        this.show(response, batch);
      } else sendError(response, 404, `There is nothing at ${request.method} ${path}.`, 'not_found');
    } catch (error) {
      sendError(response, 400, (error as Error).message, 'invalid_request_error');
    }
  }

  private async upload(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request, LARGEST_FILE);
    const form = await new Response(body, {
      headers: { 'content-type': request.headers['content-type'] ?? '' },
    }).formData();
    const file = form.get('file');
    if (!(file instanceof File)) throw new Error("Missing required parameter: 'file'.");
    if (form.get('purpose') !== 'batch') throw new Error("The sandbox takes files of purpose 'batch' only.");
    this.stats.files++;
    const id = this.keep(await file.text());
    send(response, 200, {
      id,
      object: 'file',
      bytes: file.size,
      filename: file.name,
      purpose: 'batch',
      status: 'processed',
      created_at: seconds(Date.now()),
    });
  }

  private keep(text: string): string {
    const id = `file-${this.files.size + 1}`;
    this.files.set(id, text);
    return id;
  }

  private download(response: ServerResponse, id: string): void {
    const text = this.files.get(id);
    if (text === undefined) sendError(response, 404, `There is no file ${id}.`, 'not_found');
    else response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(text);
  }

  private async create(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const wanted = JSON.parse((await bodyOf(request, LARGEST_JSON)).toString('utf8')) as Record<
      string,
      unknown
    >;
    const { input_file_id: inputFile, endpoint, completion_window: window, metadata = null } = wanted;
    const text = this.files.get(String(inputFile));
    if (text === undefined) throw new Error(`There is no file ${String(inputFile)}.`);
    if (endpoint !== ENDPOINT) throw new Error(`The sandbox batches ${ENDPOINT} only.`);
    if (window !== '24h') throw new Error("Invalid value: 'completion_window' must be '24h'.");
    const { lines, errors } = readLines(text);
    const enqueued = this.batches.filter((batch) => this.advance(batch).status === 'in_progress');
    const total = enqueued.reduce((sum, batch) => sum + batch.lines.length, lines.length);
    if (total > (this.options.maxEnqueued ?? Infinity)) {
      errors.push({ code: 'token_limit_exceeded', message: 'Enqueued token limit reached.', line: null });
    }
    const batch: Batch = {
      id: `batch_${this.batches.length + 1}`,
      inputFile: String(inputFile),
      lines,
      createdAt: Date.now(),
      metadata,
      errors,
      status: errors.length > 0 ? 'failed' : 'in_progress',
    };
    this.batches.push(batch);
    this.stats.created++;
    if (errors.length === 0) this.stats.lines += lines.length;
    this.show(response, batch);
  }

  private list(request: IncomingMessage, response: ServerResponse): void {
    const { searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
    const newestFirst = [...this.batches].reverse();
    const from = newestFirst.findIndex(({ id }) => id === searchParams.get('after')) + 1;
    const to = from + (Number(searchParams.get('limit')) || PAGE);
    const page = newestFirst.slice(from, to);
    send(response, 200, {
      object: 'list',
      data: page.map((batch) => this.described(batch)),
      first_id: page[0]?.id ?? null,
      last_id: page.at(-1)?.id ?? null,
      has_more: to < newestFirst.length,
    });
  }

  private show(response: ServerResponse, batch: Batch): void {
    if (this.advance(batch).status === 'in_progress') {
      const left = batch.createdAt + (this.options.latencyMs ?? 0) - Date.now();
      response.setHeader('retry-after-ms', String(Math.max(1, left)));
    }
    send(response, 200, this.described(batch));
  }

  private described(batch: Batch) {
    const { id, inputFile, lines, createdAt, metadata, errors, outputFile, errorFile } = this.advance(batch);
    const done = batch.status === 'failed' ? 0 : this.workedOn(batch);
    return {
      id,
      object: 'batch',
      endpoint: ENDPOINT,
      completion_window: '24h',
      input_file_id: inputFile,
      status: batch.status,
      created_at: seconds(createdAt),
      metadata,
      request_counts: { total: lines.length, completed: done, failed: 0 },
      ...(errors.length > 0 && { errors: { object: 'list', data: errors } }),
      ...(outputFile !== undefined && { output_file_id: outputFile }),
      ...(errorFile !== undefined && { error_file_id: errorFile }),
    };
  }

  /** Lines that are done by now, in proportion to the time. */
  private workedOn({ lines, createdAt }: Batch): number {
    const { latencyMs = 0 } = this.options;
    if (latencyMs === 0) return lines.length;
    return Math.min(lines.length, Math.floor((lines.length * (Date.now() - createdAt)) / latencyMs));
  }

  private advance(batch: Batch): Batch {
    const { latencyMs = 0 } = this.options;
    if (batch.status === 'in_progress' && Date.now() - batch.createdAt >= latencyMs) {
      this.end(batch, batch.lines.length, 'completed');
    }
    return batch;
  }

  /** Works on the first `count` lines. The results come in another order than the requests, as they may. */
  private end(batch: Batch, count: number, status: 'completed' | 'cancelled'): void {
    batch.status = status;
    const answers: string[] = [];
    const errors: string[] = [];
    for (const line of batch.lines.slice(0, count).reverse()) {
      const fault = this.nextFault(line);
      if (fault === 'expired') {
        batch.status = 'expired';
        errors.push(result(line, null, 'batch_expired'));
      } else if (fault === 'errors') {
        errors.push(
          result(line, { status_code: 500, body: errorBody('Failed on purpose.', 'server_error') }),
        );
      } else if (fault === undefined) {
        const response = this.respond(line);
        (response.status_code === 200 ? answers : errors).push(result(line, response));
      }
    }
    errors.push(...batch.lines.slice(count).map((line) => result(line, null, 'batch_cancelled')));
    if (answers.length > 0) batch.outputFile = this.keep(answers.join(''));
    if (errors.length > 0) batch.errorFile = this.keep(errors.join(''));
  }

  private respond({ custom_id, body }: Line) {
    const [, name = custom_id, repeat = '0'] = /^(.*)-(\d+)$/.exec(custom_id) ?? [];
    try {
      return { status_code: 200, body: this.answerLine(JSON.stringify(body), name, Number(repeat)) };
    } catch (error) {
      return { status_code: 400, body: errorBody((error as Error).message, 'invalid_request_error') };
    }
  }

  private nextFault({ custom_id }: Line): 'expired' | 'errors' | 'missing' | undefined {
    const { faults = {} } = this.options;
    const attempt = (this.tries.get(custom_id) ?? 0) + 1;
    this.tries.set(custom_id, attempt);
    let place = hashFraction(`${faults.seed ?? 0} ${attempt} ${custom_id}`);
    for (const kind of ['expired', 'errors', 'missing'] as const) {
      const share = faults[kind] ?? 0;
      if (place < share) return kind;
      place -= share;
    }
    return undefined;
  }
}

function readLines(text: string) {
  const lines: Line[] = [];
  const errors: { code: string; message: string; line: number | null }[] = [];
  const ids = new Set<string>();
  const complain = (code: string, message: string, index: number) =>
    errors.push({ code, message, line: index + 1 });
  const rows = text.split('\n').filter((row) => row !== '');
  rows.forEach((row, index) => {
    let parsed: Record<string, unknown>;
    try {
      parsed = JSON.parse(row) as Record<string, unknown>;
    } catch {
      complain('invalid_json_line', 'This line is not parseable as valid JSON.', index);
      return;
    }
    const { custom_id: id, method, url, body } = parsed;
    if (typeof id !== 'string') complain('missing_required_parameter', "Missing: 'custom_id'.", index);
    else if (ids.has(id)) complain('duplicate_custom_id', `The custom_id ${id} is used twice.`, index);
    else if (method !== 'POST') complain('invalid_method', "The method must be 'POST'.", index);
    else if (url !== ENDPOINT) complain('invalid_url', `The url must be ${ENDPOINT}.`, index);
    else lines.push({ custom_id: id, body });
    if (typeof id === 'string') ids.add(id);
  });
  if (rows.length === 0) errors.push({ code: 'empty_file', message: 'The file is empty.', line: null });
  if (rows.length > MOST_LINES) {
    errors.push({ code: 'too_many_tasks', message: `More than ${MOST_LINES} requests.`, line: null });
  }
  return { lines, errors };
}

function result({ custom_id }: Line, response: unknown, code?: string): string {
  const error =
    code === undefined ? null : { code, message: `This request could not be executed (${code}).` };
  return `${JSON.stringify({ id: `batch_req_${custom_id}`, custom_id, response, error })}\n`;
}

function errorBody(message: string, code: string) {
  return { error: { message, type: code, code, param: null } };
}

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}

import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { cleanPath, decodedPath, parseTarget } from '../../server/http/target.ts';
import { operations } from '../../server/operation-registry.ts';
import type { AnyOperation, OperationId } from '../../server/operations/operation.ts';

/** An answer, as it came over the wire. */
export interface SeenAnswer {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
  /** Of the body in bytes, where the text is not what it was made of. */
  readonly length?: number;
}

interface HeaderObject {
  readonly $ref?: string;
  readonly required?: boolean;
}
interface ResponseObject {
  readonly $ref?: string;
  readonly headers?: Readonly<Record<string, HeaderObject>>;
  readonly content?: Readonly<Record<string, object>>;
}
type Operation = { readonly operationId: OperationId; readonly responses: Readonly<Record<string, ResponseObject>> };
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

const ID = 'https://stele.test/openapi.json';
const document = JSON.parse(readFileSync(new URL('../../openapi/openapi.json', import.meta.url), 'utf8')) as Document;
const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
ajv.addSchema({ ...document, $id: ID });

const PAGES = /^\/(docs(\/.*)?|openapi\.json|swagger\.json)?$/;
const ERROR = '#/components/schemas/Error';
const STATUS = '#/components/schemas/Status';

/**
 * Checks an answer against the OpenAPI document, and against what it says of all answers.
 *
 * @throws Error that lists everything that does not fit
 */
export function validateAnswer(answer: SeenAnswer): void {
  const faults = [...commonFaults(answer), ...faultsOf(answer)];
  if (faults.length === 0) return;
  const { method, path, status, headers, body } = answer;
  const seen = `${method} ${path} -> ${status} ${JSON.stringify(headers)}\n${body.slice(0, 2000)}`;
  throw new Error(`the answer does not fit the OpenAPI document:\n- ${faults.join('\n- ')}\n${seen}`);
}

/** Parts of a path, as sent, behind which a page is found: its links go back as many steps. */
const MOST_PARTS = 18;

function faultsOfPage(sent: string, status: number): readonly string[] {
  if (sent.split('/').length > MOST_PARTS) return status === 404 ? [] : ['so deep no page is found'];
  return [200, 405].includes(status) ? [] : ['pages answer 200 or 405'];
}

function faultsOf(answer: SeenAnswer): readonly string[] {
  const { method, status } = answer;
  const sent = answer.path.split('?', 1)[0] ?? '';
  const path = cleanPath(sent);
  if (status === 204) return method === 'OPTIONS' ? [] : ['only preflights are answered with 204'];
  if (PAGES.test(path)) return faultsOfPage(sent, status);
  if (/%(?![0-9a-f]{2})/i.test(sent)) return expected(400, answer, undefined);
  const templates = Object.keys(document.paths).filter((template) => matches(sent, path, template));
  if (templates.length > 0) return operationFaults(templates, answer);
  return faultsOfNothing(sent, answer);
}

function faultsOfNothing(sent: string, answer: SeenAnswer): readonly string[] {
  const { status } = answer;
  if (/^\/api\/v2(\/|$)/.test(sent)) return expected(404, answer, STATUS);
  return expected(status === 400 ? 400 : 404, answer, isStatus(answer) ? STATUS : ERROR);
}

/** Answers of a gateway to every operation of v2: rekor-v2 §1.8. */
function isGatewayStatus(answer: SeenAnswer): boolean {
  const { path, status } = answer;
  return /^\/(api\/v2\/|healthz)/.test(path) && [400, 504].includes(status) && isStatus(answer);
}

/** A log of v2 alone speaks so also where there is nothing. */
const isStatus = ({ body }: SeenAnswer): boolean => /^\{"code":\d+,"message":"[^"]*","details":\[\]\}\n$/.test(body);

/** Returns the row of the path's first operation, which says how its API writes errors. */
function rowOf(template: string): AnyOperation {
  const [operation] = Object.values(document.paths[template] ?? {});
  if (operation === undefined) throw new Error(`${template} has no operation`);
  return operations[operation.operationId];
}

function operationFaults(templates: readonly string[], answer: SeenAnswer): readonly string[] {
  const answersHead = templates.every((template) => rowOf(template).answersHead);
  const method = answer.method === 'HEAD' && answersHead ? 'get' : answer.method.toLowerCase();
  const having = templates.filter((candidate) => document.paths[candidate]?.[method]);
  const [template] = having.toSorted((a, b) => b.length - a.length);
  if (template !== undefined) return responseFaults(`#/paths/${escape(template)}/${method}`, answer);
  if (templates.includes('/ping')) return expected(404, answer, ERROR);
  const [other = ''] = templates;
  if (other.startsWith('/api/v2/') || other === '/healthz') return expected(501, answer, STATUS);
  return expected(405, answer, rowOf(other).match === 'normalized' ? ERROR : undefined);
}

/** `below` takes all that follows, and with `exact` is compared as it was sent, escapes decoded. */
function matches(sent: string, clean: string, template: string): boolean {
  const { match } = rowOf(template);
  const parameter = match === 'prefix' ? '.*' : '[^/]+';
  const pattern = new RegExp(`^${template.replaceAll(/\{\w+\}/g, parameter)}$`, template === '/ping' ? 'i' : '');
  return pattern.test(match === 'normalized' ? clean : decodedPath(parseTarget(sent)));
}

/** @param schema - of the body; undefined for a sentence in plain text */
function expected(status: number, answer: SeenAnswer, schema: string | undefined): readonly string[] {
  if (answer.status !== status) return [`status ${answer.status} where only ${status} is right`];
  if (status === 405 && !answer.headers['allow']) return ['405 without Allow'];
  return answer.method === 'HEAD' || schema === undefined ? [] : schemaFaults(schema, answer);
}

function responseFaults(operation: string, answer: SeenAnswer): readonly string[] {
  const status = String(answer.status);
  const responses = resolve(operation).responses;
  if (!responses[status] && isGatewayStatus(answer)) return [];
  if (!responses[status]) return [`status ${status} is not one of ${Object.keys(responses).join(', ')}`];
  const { pointer, value } = follow(`${operation}/responses/${status}`);
  return [...headerFaults(pointer, value, answer), ...contentFaults(pointer, value, answer)];
}

function headerFaults(pointer: string, { headers = {} }: ResponseObject, answer: SeenAnswer): readonly string[] {
  return Object.keys(headers).flatMap((name) => {
    const seen = answer.headers[name.toLowerCase()];
    const header = follow(`${pointer}/headers/${name}`);
    if (seen === undefined) return header.value.required ? [`header ${name} is missing`] : [];
    return schemaFaultsOf(`${header.pointer}/schema`, seen, `header ${name}`);
  });
}

function contentFaults(pointer: string, { content }: ResponseObject, answer: SeenAnswer): readonly string[] {
  const type = answer.headers['content-type'];
  if (answer.method === 'HEAD') return answer.body === '' ? [] : ['a body for HEAD'];
  if (content === undefined) {
    return answer.body === '' && type === undefined ? [] : ['a body or Content-Type where there is to be none'];
  }
  if (type === undefined || !content[type])
    return [`Content-Type ${type} is not one of ${Object.keys(content).join(', ')}`];
  return 'schema' in content[type] ? schemaFaults(`${pointer}/content/${escape(type)}/schema`, answer) : [];
}

function schemaFaults(pointer: string, { headers, body }: SeenAnswer): readonly string[] {
  if (headers['content-type'] !== 'application/json') return schemaFaultsOf(pointer, body, 'body');
  try {
    return schemaFaultsOf(pointer, JSON.parse(body), 'body');
  } catch (error) {
    return [`the body is no JSON: ${String(error)}`];
  }
}

function schemaFaultsOf(pointer: string, value: unknown, what: string): readonly string[] {
  const validate = ajv.getSchema(ID + pointer) ?? ajv.compile({ $ref: ID + pointer });
  if (validate(value)) return [];
  return (validate.errors ?? []).map(
    (error) => `${what}${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`,
  );
}

function commonFaults(answer: SeenAnswer): readonly string[] {
  const { status, headers } = answer;
  const faults = [...lengthFaults(answer)];
  if (!headers['vary']?.startsWith('Origin')) faults.push('Vary does not name Origin');
  if (headers['x-powered-by'] !== undefined) faults.push('X-Powered-By tells what is none of its readers');
  if (status === 503 && !headers['retry-after']) faults.push('503 without Retry-After');
  return faults;
}

/** Answers that have no body by their status or method may have any length, or none. */
function lengthFaults({ status, headers, body, method, length }: SeenAnswer): readonly string[] {
  if ([204, 304].includes(status) || method === 'HEAD') return [];
  const [said, bytes] = [headers['content-length'], length ?? Buffer.byteLength(body)];
  return said === String(bytes) ? [] : [`Content-Length ${said} for ${bytes} bytes`];
}

/** Returns the value at a pointer, and where it stands: at the end of its references. */
function follow(pointer: string): { readonly pointer: string; readonly value: ResponseObject & HeaderObject } {
  const value = resolve(pointer);
  return value.$ref === undefined ? { pointer, value } : follow(value.$ref);
}

function resolve(pointer: string): ResponseObject & HeaderObject & Operation {
  const steps = decodeURIComponent(pointer.slice(2)).split('/').map(unescape);
  const value = steps.reduce<unknown>((object, step) => (object as Record<string, unknown>)[step], document);
  return value as ResponseObject & HeaderObject & Operation;
}

function unescape(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}

function escape(step: string): string {
  return step.replaceAll('~', '~0').replaceAll('/', '~1').replaceAll('{', '%7B').replaceAll('}', '%7D');
}

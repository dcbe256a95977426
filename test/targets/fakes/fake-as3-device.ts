/**
 * A FAKE of a BIG-IP with AS3, as far as the driver asks it. Shapes: "BIG-IP AS3 API Methods Details" and "HTTP
 * Methods" (clouddocs.f5.com), and f5-appsvcs-extension, src/lib/{audit,asyncHandler,declarationHandler}.js. What a
 * tenant may say is what the grammar of declarations in this folder's neighbour takes.
 */
import { createHash } from 'node:crypto';
import { f5As3 as grammar } from '../grammars/f5-as3.ts';
import {
  PASSWORD,
  USER,
  type FakeAnswer,
  type FakeDevice,
  type FakeRequest,
  type Parsed,
} from './fake-device.ts';

const AUTHORIZATION = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`;
const OTHERS = { class: 'Tenant', web: { class: 'Application', template: 'generic' } };
const DECLARE = '/mgmt/shared/appsvcs/declare';
const TASK = '/mgmt/shared/appsvcs/task/';

interface Task {
  looks: number;
  readonly results: readonly object[];
}

export class FakeAs3Device implements FakeDevice {
  readonly tenants = new Map<string, Parsed>([['others', OTHERS]]);
  readonly changes: string[] = [];
  busy = 0;
  /** Of a task, that it is still under way. */
  looks = 0;
  /** Tells that it is busy by the result of a task, as AS3 does while the BIG-IP is locked. */
  busyInTask = false;
  /** Fails half-way: it has done this by then. */
  halfWay: (tenant: Parsed) => Parsed = (tenant) => tenant;
  refuses: (request: FakeRequest) => string | undefined = () => undefined;
  readonly #tasks = new Map<string, Task>();

  answer(request: FakeRequest): FakeAnswer {
    const { pathname, searchParams } = new URL(request.path, 'https://fake');
    if (request.headers.authorization !== AUTHORIZATION)
      return {
        status: 401,
        body: { code: 401, message: 'Authorization failed: user=roomlb resource=/mgmt' },
      };
    if (pathname.startsWith(TASK)) return this.#look(pathname.slice(TASK.length));
    if (this.busy > 0 && !this.busyInTask) {
      this.busy--;
      return {
        status: 503,
        body: {
          code: 503,
          message: 'Too many configuration operations are in progress on the device. Please try again later',
        },
      };
    }
    if (request.method === 'GET') return this.#get(pathname.slice(DECLARE.length + 1), searchParams);
    const results = this.#post(request);
    const id = `task-${this.#tasks.size}`;
    this.#tasks.set(id, { looks: this.looks, results });
    const message = 'Declaration successfully submitted';
    return { status: 202, body: { id, results: [{ message, tenant: '', host: '', runTime: 0, code: 0 }] } };
  }

  dump(): string {
    return JSON.stringify([...this.tenants]);
  }

  foreign(): string {
    return JSON.stringify(this.tenants.get('others'));
  }

  meddle(): void {
    const [tenant] = this.#own();
    const application = tenant?.vip_public;
    const pool = Object.values<Parsed>(application).find((one) => one.class === 'Pool');
    pool.members[0].adminState = pool.members[0].adminState === 'enable' ? 'disable' : 'enable';
  }

  #own(): Parsed[] {
    return [...this.tenants].filter(([name]) => name !== 'others').map(([, tenant]) => tenant);
  }

  #get(name: string, query: URLSearchParams): FakeAnswer {
    const tenant = this.tenants.get(name);
    if (tenant === undefined) {
      const message = `specified Tenant(s) '${name}' not found in declaration`;
      return { status: 404, body: { code: 404, message } };
    }
    const lock = query.get('showHash') === 'true' ? { optimisticLockKey: hash(tenant) } : {};
    return {
      status: 200,
      body: { class: 'ADC', schemaVersion: '3.50.0', [name]: { ...structuredClone(tenant), ...lock } },
    };
  }

  #look(id: string): FakeAnswer {
    const task = this.#tasks.get(id);
    if (!task) return { status: 404, body: { code: 404, message: `No record found with ID of ${id}` } };
    const pending = [{ message: 'in progress', tenant: '', host: '', runTime: 0, code: 0 }];
    return { status: 200, body: { id, results: task.looks-- > 0 ? pending : task.results } };
  }

  #post(request: FakeRequest): object[] {
    const { action, declaration } = request.body;
    const [name = '', posted] =
      Object.entries<Parsed>(declaration).find(([, one]) => one.class === 'Tenant') ?? [];
    const { optimisticLockKey: lock, ...tenant } = posted;
    const said = (code: number, message: string, response?: string) => [
      {
        code,
        message,
        ...(response !== undefined && { response }),
        host: 'localhost',
        tenant: name,
        runTime: 7,
      },
    ];
    if (this.busy > 0) {
      this.busy--;
      return said(
        503,
        'Configuration operation in progress on device localhost, please try again in 2 minutes',
      );
    }
    const isGone = Object.keys(tenant).length === 1;
    const before = this.tenants.get(name);
    if (lock !== undefined && before !== undefined && lock !== hash(before))
      return said(
        422,
        'declaration failed',
        'The hash you submitted does not match the hash on the current Tenant.',
      );
    const faults = isGone ? [] : grammar.check(wrapped(name, tenant, request.body));
    if (faults.length > 0) return [{ code: 422, message: 'declaration is invalid', errors: faults }];
    const no = this.refuses(request);
    if (action === 'dry-run')
      return no === undefined
        ? [{ dryRun: true, ...said(200, 'success')[0] }]
        : said(422, 'declaration failed', no);
    this.changes.push(`${action} ${name}`);
    if (no !== undefined) {
      this.tenants.set(name, this.halfWay(structuredClone(tenant)));
      return said(422, 'declaration failed', no);
    }
    if (isGone) this.tenants.delete(name);
    else this.tenants.set(name, tenant);
    return said(200, JSON.stringify(before) === JSON.stringify(tenant) ? 'no change' : 'success');
  }
}

/** As a file of the render target, whose grammar wants the revision as well. */
function wrapped(name: string, tenant: object, { declaration, ...request }: Parsed): string {
  const { class: of, schemaVersion } = declaration;
  const label = `roomlb revision ${'0'.repeat(16)}`;
  const whole = { class: of, schemaVersion, id: 'roomlb-fake', label, [name]: tenant };
  return `${JSON.stringify({ ...request, declaration: whole }, null, 2)}\n`;
}

function hash(tenant: object): string {
  return createHash('sha256').update(JSON.stringify(tenant)).digest('base64');
}

/**
 * The part of mediasoup's API that media nodes use, in shapes of our own: RoomLB installs, compiles and runs
 * where mediasoup is not. A test holds these against mediasoup's own declarations.
 */

/** Data that only mediasoup and the client look into. */
export type Opaque = Record<string, unknown>;

/** `Server` in these types: a handle that is handed back to mediasoup, and that nobody else looks into. */
export interface Mediasoup<Server = WebRtcServer> {
  readonly version: string;
  createWorker(settings: WorkerSettings): Promise<Worker<Server>>;
}

export interface WorkerSettings {
  readonly logLevel: 'warn' | 'error' | 'none';
}

export interface Worker<Server = WebRtcServer> {
  readonly pid: number;
  readonly closed: boolean;
  readonly subprocessClosed: boolean;
  on(event: 'died', listener: (error: Error) => void): unknown;
  on(event: 'subprocessclose', listener: () => void): unknown;
  close(): void;
  /** CPU times in milliseconds. */
  getResourceUsage(): Promise<{ readonly ru_utime: number; readonly ru_stime: number }>;
  createWebRtcServer(options: { listenInfos: ListenInfo[] }): Promise<Server>;
  createRouter(options: { mediaCodecs: Codec[] }): Promise<Router<Server>>;
}

export interface ListenInfo {
  protocol: 'udp' | 'tcp';
  ip: string;
  announcedAddress?: string;
  port: number;
  flags: { ipv6Only: boolean };
}

export interface WebRtcServer {
  readonly id: string;
}

export interface Codec {
  kind: MediaKind;
  mimeType: string;
  clockRate: number;
  channels?: number;
  parameters?: Record<string, number | string>;
}

export type MediaKind = 'audio' | 'video';

export interface Router<Server = WebRtcServer> {
  readonly rtpCapabilities: object;
  readonly closed: boolean;
  close(): void;
  canConsume(options: { producerId: string; rtpCapabilities: Opaque }): boolean;
  createWebRtcTransport(options: TransportOptions<Server>): Promise<WebRtcTransport>;
}

export interface TransportOptions<Server> {
  webRtcServer: Server;
  enableUdp: boolean;
  enableTcp: boolean;
  preferUdp: boolean;
  /** Seconds; 0: never. */
  iceConsentTimeout: number;
}

export interface IceCandidate {
  foundation: string;
  priority: number;
  address: string;
  protocol: 'udp' | 'tcp';
  port: number;
  type: string;
  tcpType?: string;
}

export interface WebRtcTransport {
  readonly id: string;
  readonly iceParameters: { usernameFragment: string; password: string; iceLite?: boolean };
  readonly iceCandidates: IceCandidate[];
  readonly dtlsParameters: object;
  close(): void;
  connect(options: { dtlsParameters: Opaque }): Promise<void>;
  produce(options: { kind: MediaKind; rtpParameters: Opaque }): Promise<Producer>;
  consume(options: { producerId: string; rtpCapabilities: Opaque; paused: boolean }): Promise<Consumer>;
}

export interface Producer {
  readonly id: string;
  readonly kind: MediaKind;
  readonly closed: boolean;
  close(): void;
  on(event: 'transportclose', listener: () => void): unknown;
}

export interface Consumer {
  readonly id: string;
  readonly producerId: string;
  readonly kind: MediaKind;
  readonly rtpParameters: object;
  readonly closed: boolean;
  close(): void;
  resume(): Promise<void>;
  on(event: 'transportclose' | 'producerclose', listener: () => void): unknown;
}

/** What a room's router offers: the codecs that every current browser has. */
export const MEDIA_CODECS: readonly Codec[] = [
  { kind: 'audio', mimeType: 'audio/opus', clockRate: 48_000, channels: 2 },
  { kind: 'video', mimeType: 'video/VP8', clockRate: 90_000 },
  { kind: 'video', mimeType: 'video/VP9', clockRate: 90_000, parameters: { 'profile-id': 0 } },
  {
    kind: 'video',
    mimeType: 'video/H264',
    clockRate: 90_000,
    // Constrained baseline, level 3.1 (RFC 7742 section 6.2 makes it a must for browsers).
    parameters: { 'packetization-mode': 1, 'profile-level-id': '42e01f', 'level-asymmetry-allowed': 1 },
  },
];

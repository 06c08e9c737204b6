import { Client, type ClientOptions, type ClientPlugin, Connection, type ConnectionOptions } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { withEncryption } from '../data/encrypted-data-converter.js';
import { EncryptionCodec } from '../data/encryption-codec.js';
import type { EncryptionOptions } from '../data/encryption-keys.js';
import { missingKeys } from '../data/missing-keys.js';
import { ServerUnreachableError } from './errors.js';

/** Bytes. With the SDK's default of 4 MiB the history of a plain fan of 500 tasks can't be read: the server sends it in larger pages. */
export const CHANNEL_ARGUMENTS = { 'grpc.max_receive_message_length': 128 * 1024 * 1024 };

/** Where Temporal is. What is not given comes from Temporal's own environment settings and profiles (`@temporalio/envconfig`). */
export interface ConnectOptions
  extends Pick<ConnectionOptions, 'address' | 'tls' | 'apiKey' | 'metadata' | 'connectTimeout' | 'interceptors'>,
    Pick<ClientOptions, 'namespace' | 'identity' | 'dataConverter' | 'plugins'> {
  /** A profile of Temporal's configuration file. @default TEMPORAL_PROFILE, or `default` */
  readonly profile?: string;
  /** Encrypts all payloads, and messages and stacks of failures. The workers need the same keys. Codecs of your own see the data first. */
  readonly encryption?: EncryptionOptions | undefined;
}

/** @throws {@link ServerUnreachableError}, {@link EncryptionOptionsError} */
export async function connectClient(options: ConnectOptions): Promise<{ client: Client; address: string | undefined }> {
  const { profile, namespace, identity, dataConverter, encryption, plugins: others, ...given } = options;
  const plugins = [...(others ?? []), encrypting(encryption)];
  const settings = loadClientConnectConfig(profile === undefined ? {} : { profile });
  const connectionOptions = { ...withoutUndefined(settings.connectionOptions), ...withoutUndefined(given) };
  const connection = await connect({
    ...connectionOptions,
    channelArgs: CHANNEL_ARGUMENTS,
    plugins,
  });
  const client = new Client({
    connection,
    ...withoutUndefined({ namespace: namespace ?? settings.namespace, identity, dataConverter, plugins }),
  });
  return { client, address: connectionOptions.address };
}

/** As the last plugin, since each may change what those before it have made of the data converter. */
function encrypting(encryption: EncryptionOptions | undefined): ClientPlugin {
  const codec = encryption && new EncryptionCodec(encryption);
  return {
    name: 'pawl.encryption',
    configureClient: (options) => ({
      ...options,
      dataConverter:
        codec === undefined ? withoutKeys(options.dataConverter) : withEncryption(codec, options.dataConverter),
    }),
  };
}

/** Decodes last, so that a codec of the user's which encrypts in the same way comes first. */
function withoutKeys(dataConverter: DataConverter = {}): DataConverter {
  const { payloadCodecs = [] } = dataConverter;
  return { ...dataConverter, payloadCodecs: [missingKeys, ...payloadCodecs.filter((other) => other !== missingKeys)] };
}

async function connect(options: ConnectionOptions): Promise<Connection> {
  try {
    return await Connection.connect(options);
  } catch (cause) {
    throw ServerUnreachableError.at(options.address, cause);
  }
}

/** The SDK takes a property that is there but undefined for a setting. */
function withoutUndefined<T extends object>(options: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> }; // what the filter has just made true
}

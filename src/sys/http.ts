/**
 * Requests to servers as the program needs them.
 *
 * @module
 */

/** One request. */
export interface HttpRequest {
  method: "GET" | "POST";
  /** Scheme http or https. */
  url: URL;
  headers: Readonly<Record<string, string>>;
  /** Nothing is sent when it is null. */
  body: string | null;
  /** Ends the request, also while the answer is read. */
  signal: AbortSignal;
  /**
   * IP address to connect to, instead of asking for that of the host once more. Of use
   * with http only: with https the certificate tells who answers.
   */
  address?: string | null;
  /** Certificates (PEM) that are trusted besides those of the system. */
  certificates?: readonly string[];
}

/** What a server answered. A redirect is an answer like any other. */
export interface HttpAnswer {
  status: number;
  /** By name in lower case. */
  headers: Readonly<Record<string, string>>;
  /** Beginning of the body, at most 64 KiB; what is not UTF-8 becomes U+FFFD. */
  text: string;
}

/** Servers that speak HTTP. */
export interface Http {
  /**
   * Sends a request, and never follows a redirect. Connections are kept for the next one.
   *
   * Throws `MacpError` of kind failure, whose message names the host alone:
   * `http_not_connected` when nothing was sent, `http_aborted` when `signal` aborted, and
   * `http_failed` otherwise.
   */
  request(request: HttpRequest): Promise<HttpAnswer>;
  /**
   * IP addresses of a host as the system tells them; of an address, itself.
   *
   * Throws `MacpError` of kind failure, code `host_unknown`.
   */
  lookup(host: string): Promise<string[]>;
  /** Closes the connections that are kept. Requests can still be sent. */
  close(): void;
}

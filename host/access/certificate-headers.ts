/** Headers in which a proxy passes on the certificate of its client: Envoy's, RFC 9440's, and that of nginx and others. */
export const CERTIFICATE_HEADERS = ['x-forwarded-client-cert', 'client-cert', 'x-ssl-client-cert'] as const;

export type CertificateHeader = (typeof CERTIFICATE_HEADERS)[number];

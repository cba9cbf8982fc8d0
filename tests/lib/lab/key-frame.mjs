/** Page side: makes an encoder begin anew. */

/** @param {RTCRtpSender} sender */
export async function forceKeyFrame(sender) {
  const parameters = sender.getParameters();
  const encodingOptions = parameters.encodings.map(() => ({ keyFrame: true }));
  // A sender that has stopped refuses.
  await /** @type {any} */ (sender).setParameters(parameters, { encodingOptions }).catch(() => {});
}

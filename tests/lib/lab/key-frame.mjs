/** Page side: makes an encoder begin anew. */

/** @param {RTCRtpSender} sender */
export async function forceKeyFrame(sender) {
  const parameters = sender.getParameters();
  const takesOrders = 'createEncodedStreams' in sender;
  // Firefox takes none, but begins anew with another size.
  if (!takesOrders) for (const encoding of parameters.encodings) encoding.scaleResolutionDownBy = encoding.scaleResolutionDownBy === 1 ? 1.1 : 1;
  const encodingOptions = takesOrders ? parameters.encodings.map(() => ({ keyFrame: true })) : undefined;
  // A sender that has stopped refuses.
  await /** @type {any} */ (sender).setParameters(parameters, { encodingOptions }).catch(() => {});
}

internal import NablaTensors
func logsumexp<S: TensorScalar>(_ x: Tensor<S>, axis: Int, keepingDims: Bool) -> Tensor<S> {
  let m = TracedTensor(x.max(axis: axis, keepingDims: true))
  return (m + log(exp(TracedTensor(x) - m).sum(axis: axis, keepingDims: true))).value
}
func softmax<S: TensorScalar>(_ x: Tensor<S>, axis: Int) -> Tensor<S> {
  exp(TracedTensor(x) - TracedTensor(logsumexp(x, axis: axis, keepingDims: true))).value
}

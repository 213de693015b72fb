internal import NablaTensors
func logsumexp<S: TensorScalar>(_ x: Tensor<S>, axis: Int, keepingDims: Bool) -> Tensor<S> {
  let m = TracedTensor(x.max(axis: axis, keepingDims: true))
  return (m + log(exp(TracedTensor(x) - m).sum(axis: axis, keepingDims: true))).value
}
func softmax<S: TensorScalar>(_ x: Tensor<S>, axis: Int) -> Tensor<S> {
  {
    let m = TracedTensor(x.max(axis: axis, keepingDims: true)); let e = exp(TracedTensor(x) - m);
    return (e / e.sum(axis: axis, keepingDims: true)).value
  }()
}

func logSoftmax<S: TensorScalar>(_ x: Tensor<S>, axis: Int) -> Tensor<S> {
  let m = TracedTensor(x.max(axis: axis, keepingDims: true))
  let d = TracedTensor(x) - m
  return (d - log(exp(d).sum(axis: axis, keepingDims: true))).value
}

internal import NablaTensors
extension LinearAlgebra {
  static func addGram<S>(_ a: Tensor<S>, to c: inout Tensor<S>) { c += matmul(a.transposed(), a) }
}

// SPDX-License-Identifier: Apache-2.0

internal import Nabla

/// W3 and W4: gradients and Hessians of losses over data, of many parameters at one point.
let learningWorkloads: [Workload] = [
  Workload(name: "W3lr", n: 100, batches: .only(1)) { _ in
    let data = LogisticData()
    return Trial {
      let loss = LogisticLoss(data.x, data.y)
      var slope = Tensor<Double>.zeros([100])
      return Run {
        slope = loss.gradient(at: data.w)
      } results: { _ in
        [[slope.scalars]]
      }
    } reference: { _ in
      References.logisticGradient(data).map { [[$0]] }
    }
  },
  Workload(name: "W3lr", variant: "traced", n: 100, batches: .only(1)) { _ in
    let data = LogisticData()
    return Trial {
      var slope = Tensor<Double>.zeros([100])
      return Run {
        slope = gradient(
          of: { w in binaryCrossEntropy(logits: matmul(data.x, w), targets: data.y) }, at: data.w)
      } results: { _ in
        [[slope.scalars]]
      }
    } reference: { _ in
      References.logisticGradient(data).map { [[$0]] }
    }
  },
  Workload(name: "W3mlp", n: 101_770, batches: .only(1)) { _ in
    let data = NetworkData()
    return Trial {
      var slope = data.network
      return Run {
        slope = gradient(
          of: { crossEntropy(logits: $0(TracedTensor(data.x)), labels: data.labels) }, at: data.network)
      } results: { _ in
        slope.leaves.map { [$0.scalars] }
      }
    } reference: { _ in
      References.networkGradient(data)?.map { [$0] }
    }
  },
  Workload(name: "W4lr", n: 100, batches: .only(1)) { _ in
    let data = LogisticData()
    return Trial {
      let loss = LogisticLoss(data.x, data.y)
      var hessian = Tensor<Double>.zeros([100, 100])
      return Run {
        hessian = loss.hessian(at: data.w)
      } results: { _ in
        [[hessian.scalars]]
      }
    } reference: { _ in
      References.logisticHessian(data).map { [[$0]] }
    }
  },
]

/// Logistic regression on 10,000 rows of 100 numbers.
struct LogisticData: Sendable {
  let x = uniformTensor([10_000, 100], stream: 700, -1, 1)
  /// 0 where the peers have −1, and 1: the same loss.
  let y = uniformTensor([10_000], stream: 701, 0, 1).map { $0 < 0.5 ? 0 : 1 }
  let w = uniformTensor([100], stream: 702, -0.1, 0.1)
}

/// A 784-128-10 network and 256 images.
struct NetworkData: Sendable {
  let x = uniformTensor([256, 784], stream: 800, 0, 1)
  let labels = (0..<256).map { Int(uniform(stream: 801, index: $0) * 10) }
  let network: MultilayerPerceptron<Tensor<Double>>

  init() {
    let (first, second) = (1 / 784.0.squareRoot(), 1 / 128.0.squareRoot())
    network = MultilayerPerceptron(layers: [
      Dense(
        weights: uniformTensor([784, 128], stream: 802, -first, first),
        bias: uniformTensor([128], stream: 803, -first, first)),
      Dense(
        weights: uniformTensor([128, 10], stream: 804, -second, second),
        bias: uniformTensor([10], stream: 805, -second, second)),
    ])
  }
}

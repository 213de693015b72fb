public import NablaOptimization

/// How fast methods converge: the gradient's norm, and the value above the least one that any of them found, against the
/// number of steps, on logarithmic axes; as SVG.
///
/// Linear convergence is a straight line; Newton's method falls ever faster. The least value itself is not shown:
/// its distance is 0.
public struct ConvergencePlot: Sendable {
  private let traces: [(name: String, states: [OptimizationState])]

  /// What stands above the picture.
  public var title: String

  /// - Parameters:
  ///   - traces: methods with the points they accepted (`OptimizationOptions.keepsTrace`).
  ///   - title: what stands above the picture.
  public init(_ traces: [(name: String, states: [OptimizationState])], title: String = "") {
    self.traces = traces
    self.title = title
  }

  /// The picture.
  public var svg: String {
    let least = traces.flatMap { $0.states.map(\.value) }.filter(\.isFinite).min() ?? 0
    func plot(_ name: String, _ height: (OptimizationState) -> Double) -> LinePlot {
      LinePlot(
        traces.map { trace in
          LinePlot.Line(
            name: trace.name, points: trace.states.map { (Double($0.iteration), height($0)) })
        },
        names: ("steps", name), hasLogarithmicHeights: true)
    }
    var svg = SVG(width: 640, height: 724)
    svg.text(title, 76, 26, ("class", "title"))
    plot("|∇f|", \.gradientNorm).draw(in: &svg, id: "gradient", left: 76, top: 56, width: 540, height: 250)
    plot("f − least f") { $0.value - least }
      .draw(in: &svg, id: "value", left: 76, top: 384, width: 540, height: 250)
    LinePlot.drawLegend(traces.map(\.name), x: 76, y: 704, in: &svg)
    return svg.document(
      title: title.isEmpty ? "convergence of \(traces.map(\.name).joined(separator: ", "))" : title)
  }
}

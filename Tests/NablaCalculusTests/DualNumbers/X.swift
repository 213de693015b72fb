import NablaCalculus
import RealModule
import Testing

@Suite struct DualSmokeTests {
  @Test func a() {
    func horner<T: Real>(_ x: T) -> T { (2 * x - 3) * x + 1 }
    print(Dual.derivative(of: horner, at: 0.25))
    print(Dual<SIMD4<Double>>.gradient(of: { .hypot($0[0], $0[1]) }, at: [3, 4]))
    print(Dual.derivative(of: { x in x * Dual.derivative(of: { y in Dual(x) + y }, at: Dual(1)) }, at: 1.0))
    print(HyperDual<SIMD2<Double>>.hessian(of: { x in x[0] * .exp(x[1]) }, at: [2, 0]))
    print(HyperDual.derivatives(of: { .exp(2 * $0) }, at: 0.0))
    print(Dual<Dual<SIMD4<Double>>>.hessianVectorProduct(of: { x in x[0] * .exp(x[1]) }, at: [2, 0], along: [1,0]))
    print(Dual<SIMD4<Double>>(variable: 2, direction: 1), HyperDual<SIMD2<Double>>(3))
  }
}

// SPDX-License-Identifier: BSD-3-Clause
// Minimise from C++: handles that release themselves, a lambda as the objective, and an exception
// that crosses the library as a value and is thrown again behind it.
#include <hpswarm.h>

#include <cstdio>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <vector>

namespace
{

template <class T, void (*destroy)(T *)> struct release {
    void operator()(T *p) const
    {
        destroy(p);
    }
};
using space_handle = std::unique_ptr<hps_space, release<hps_space, hps_space_destroy>>;
using swarm_handle = std::unique_ptr<hps_swarm, release<hps_swarm, hps_swarm_destroy>>;

void check(hps_status s)
{
    if (s != HPS_OK) {
        throw std::runtime_error(hps_last_error());
    }
}

struct objective {
    std::function<double(const double *)> f;
    std::exception_ptr thrown;
};

// What the library calls: nothing is thrown through its frames.
extern "C" int32_t evaluate(const hps_batch *b, double *f, int32_t *, void *user)
{
    objective *o = static_cast<objective *>(user);
    try {
        for (int32_t i = 0; i < b->n; i++) {
            f[i] = o->f(b->x + static_cast<int64_t>(i) * b->n_params);
        }
        return 0;
    } catch (...) {
        o->thrown = std::current_exception();
        return 1;
    }
}

double minimise(std::function<double(const double *)> f, std::vector<double> &x)
{
    hps_space *made = nullptr;
    hps_swarm *engine = nullptr;
    objective o{f, nullptr};

    check(hps_space_create(&made, nullptr));
    space_handle space(made);
    check(hps_space_add_real(space.get(), "a", -2.0, 2.0, HPS_SCALE_LINEAR));
    check(hps_space_add_real(space.get(), "b", -1.0, 3.0, HPS_SCALE_LINEAR));
    check(hps_swarm_create(&engine, nullptr, space.get(), 1));
    swarm_handle swarm(engine);
    check(hps_swarm_set_int(swarm.get(), "max_evaluations", 600));
    hps_status s = hps_swarm_run(swarm.get(), evaluate, &o);
    if (o.thrown) {
        std::rethrow_exception(o.thrown);
    }
    check(s);
    double best = 0.0;
    x.resize(2);
    check(hps_swarm_best(swarm.get(), x.data(), &best));
    return best;
}

} // namespace

int main()
{
    std::vector<double> x;
    double f = minimise(
        [](const double *p) {
            return (1 - p[0]) * (1 - p[0]) + 100 * (p[1] - p[0] * p[0]) * (p[1] - p[0] * p[0]);
        },
        x);
    std::printf("%.3e at %.4f %.4f\n", f, x[0], x[1]);
    try {
        minimise([](const double *) -> double { throw std::domain_error("outside"); }, x);
    } catch (const std::domain_error &e) {
        std::printf("thrown again: %s\n", e.what());
        return f < 1e-3 ? 0 : 1;
    }
    return 1;
}

"""The fault campaign: exams over a failing network, on a site whose parts are killed; nothing may be lost."""

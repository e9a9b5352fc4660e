-- Growth flags of one year. One text for SQLite and PostgreSQL; households/growth.py runs the parts in this order.
-- {among} names the households, or all; parameters are named.
--
-- Growth is compared, not divided: result_total × base_people × 10000 ≥ base_total × result_people × (10000 + target).
-- The two sides pass 2^63, and SQLite would go on in floating point. So `growth_bp`, the growth in basis points cut
-- toward minus infinity, is a long division that stays within 64 bits for all totals that the fields hold and up to
-- 23,000 people; since the target is a whole number of basis points, growth_bp ≥ target says exactly the same.

-- part: assess
INSERT INTO households_growthassessment (
    household_id, year, base_year, base_total, base_people, result_total, result_people, growth_bp, verdict, reason,
    assessed_at, job_id
)
WITH years AS (  -- each active household; a year without a countable statement is NULL
    SELECT
        enrolment.household_id,
        result.disposable_total AS result_total,
        result.people AS result_people,
        base.definition <> result.definition AS other_definition,
        CASE WHEN result.definition <> base.definition THEN NULL ELSE base.disposable_total END AS base_total,
        CASE WHEN result.definition <> base.definition THEN NULL ELSE base.people END AS base_people,
        COALESCE(base.wage, 0) - COALESCE(result.wage, 0) AS wage_fell,
        COALESCE(base.business, 0) - COALESCE(base.business_cost, 0)
            - COALESCE(result.business, 0) + COALESCE(result.business_cost, 0) AS business_fell,
        COALESCE(base.property_income, 0) - COALESCE(result.property_income, 0) AS property_fell,
        COALESCE(base.transfer, 0) - COALESCE(base.transfer_paid, 0)
            - COALESCE(result.transfer, 0) + COALESCE(result.transfer_paid, 0) AS transfer_fell,
        COALESCE(base.wage, base.business, base.business_cost, base.property_income, base.transfer,
            base.transfer_paid) IS NOT NULL
        AND COALESCE(result.wage, result.business, result.business_cost, result.property_income, result.transfer,
            result.transfer_paid) IS NOT NULL AS sources_given
    FROM households_enrolment AS enrolment
    JOIN households_household AS household ON household.id = enrolment.household_id
    LEFT JOIN households_incomestatement AS result
        ON result.household_id = enrolment.household_id AND result.year = %(year)s
        AND result.state IN ('checked', 'final')
    LEFT JOIN households_incomestatement AS base
        ON base.household_id = enrolment.household_id AND base.year = %(base_year)s
        AND base.state IN ('checked', 'final')
    WHERE enrolment.campaign_id = %(campaign)s AND enrolment.state = 'active' AND household.closed_on IS NULL
        AND enrolment.household_id {among}
),
sides AS (
    SELECT
        years.*,
        CASE WHEN base_total > 0 THEN base_total * result_people END AS base_side,
        result_total * base_people - base_total * result_people AS gain
    FROM years
),
whole AS (SELECT sides.*, gain / base_side AS cut FROM sides),  -- cut toward zero
floored AS (SELECT whole.*, CASE WHEN cut * base_side > gain THEN cut - 1 ELSE cut END AS whole_part FROM whole),
hundreds AS (SELECT floored.*, (gain - whole_part * base_side) * 100 AS rest FROM floored),
places AS (
    SELECT hundreds.*, rest / base_side AS percents, (rest - rest / base_side * base_side) * 100 AS rest_of_percent
    FROM hundreds
),
grown AS (
    SELECT
        places.*,
        CASE
            WHEN whole_part > 100000000000000 THEN 1000000000000000000  -- from next to nothing: as good as without end
            WHEN whole_part < -100000000000000 THEN -1000000000000000000
            ELSE whole_part * 10000 + percents * 100 + rest_of_percent / base_side
        END AS growth_bp
    FROM places
),
judged AS (
    SELECT
        grown.*,
        CASE
            WHEN result_total IS NULL THEN %(unanswered)s
            WHEN base_total IS NULL THEN 'no_base'
            WHEN base_total <= 0 THEN 'base_not_positive'
            WHEN growth_bp >= %(target_bp)s THEN 'met'
            ELSE 'missed'
        END AS verdict
    FROM grown
)
SELECT
    household_id, %(year)s, %(base_year)s, base_total, base_people, result_total, result_people, growth_bp, verdict,
    CASE
        WHEN verdict = 'no_base' AND other_definition THEN 'other_definition'
        WHEN verdict = 'no_base' THEN 'first_year'
        WHEN verdict <> 'missed' THEN ''
        -- the income of the whole household grew enough, but more people live on it
        WHEN result_total * 10000 >= base_total * (10000 + %(target_bp)s) THEN 'people_up'
        WHEN sources_given AND wage_fell > 0 AND wage_fell >= business_fell AND wage_fell >= property_fell
            AND wage_fell >= transfer_fell THEN 'wage'
        WHEN sources_given AND business_fell > 0 AND business_fell >= property_fell
            AND business_fell >= transfer_fell THEN 'business'
        WHEN sources_given AND property_fell > 0 AND property_fell >= transfer_fell THEN 'property'
        WHEN sources_given AND transfer_fell > 0 THEN 'transfer'
        WHEN result_people > base_people THEN 'people_up'
        ELSE 'none'
    END,
    %(at)s, CAST(%(job)s AS bigint)
FROM judged
WHERE true  -- SQLite cannot tell ON CONFLICT from a join's ON without it
ON CONFLICT (household_id, year) DO UPDATE SET
    base_year = excluded.base_year,
    base_total = excluded.base_total,
    base_people = excluded.base_people,
    result_total = excluded.result_total,
    result_people = excluded.result_people,
    growth_bp = excluded.growth_bp,
    verdict = excluded.verdict,
    reason = excluded.reason,
    assessed_at = excluded.assessed_at,
    job_id = excluded.job_id
WHERE households_growthassessment.base_year IS DISTINCT FROM excluded.base_year
    OR households_growthassessment.base_total IS DISTINCT FROM excluded.base_total
    OR households_growthassessment.base_people IS DISTINCT FROM excluded.base_people
    OR households_growthassessment.result_total IS DISTINCT FROM excluded.result_total
    OR households_growthassessment.result_people IS DISTINCT FROM excluded.result_people
    OR households_growthassessment.growth_bp IS DISTINCT FROM excluded.growth_bp
    OR households_growthassessment.verdict IS DISTINCT FROM excluded.verdict
    OR households_growthassessment.reason IS DISTINCT FROM excluded.reason;

-- part: record
-- History of what this run wrote: its rows, and no others, carry its time.
INSERT INTO households_growth_hist (
    id, household_id, year, base_year, base_total, base_people, result_total, result_people, growth_bp, verdict, reason,
    assessed_at, job_id, history_date, history_change_reason, history_type, history_user_id
)
SELECT
    id, household_id, year, base_year, base_total, base_people, result_total, result_people, growth_bp, verdict, reason,
    assessed_at, job_id, %(at)s, %(through)s,
    CASE WHEN EXISTS (SELECT 1 FROM households_growth_hist AS earlier WHERE earlier.id = flag.id) THEN '~' ELSE '+' END,
    CAST(%(by)s AS bigint)
FROM households_growthassessment AS flag
WHERE year = %(year)s AND assessed_at = %(at)s AND household_id {among};

-- part: record_stale
-- Flags of households that are no longer helped in this campaign.
INSERT INTO households_growth_hist (
    id, household_id, year, base_year, base_total, base_people, result_total, result_people, growth_bp, verdict, reason,
    assessed_at, job_id, history_date, history_change_reason, history_type, history_user_id
)
SELECT
    id, household_id, year, base_year, base_total, base_people, result_total, result_people, growth_bp, verdict, reason,
    assessed_at, job_id, %(at)s, %(through)s, '-', CAST(%(by)s AS bigint)
FROM households_growthassessment AS flag
WHERE year = %(year)s AND household_id {among} AND NOT EXISTS (
    SELECT 1
    FROM households_enrolment AS live
    JOIN households_household AS household ON household.id = live.household_id
    WHERE live.household_id = flag.household_id AND live.campaign_id = %(campaign)s AND live.state = 'active'
        AND household.closed_on IS NULL
);

-- part: remove_stale
DELETE FROM households_growthassessment
WHERE id IN (
    SELECT id FROM households_growth_hist WHERE history_date = %(at)s AND year = %(year)s AND history_type = '-'
);

-- part: transitions
-- From which verdict to which, how many; '' where there was none before or is none now.
SELECT
    COALESCE(earlier.verdict, ''), CASE WHEN written.history_type = '-' THEN '' ELSE written.verdict END, COUNT(*)
FROM households_growth_hist AS written
LEFT JOIN households_growth_hist AS earlier ON written.history_type <> '+' AND earlier.history_id = (
    SELECT MAX(history_id) FROM households_growth_hist AS prior
    WHERE prior.id = written.id AND prior.history_id < written.history_id
)
WHERE written.history_date = %(at)s AND written.year = %(year)s
GROUP BY 1, 2
ORDER BY 1, 2;

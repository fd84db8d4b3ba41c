-- The few functions of SQLite that views, queries and checks use, for PostgreSQL, so that one spelling works on both.
-- Made anew by `newswatch db upgrade` in schema analysis, before the views. Times are read and written in UTC.

create or replace function analysis.julianday(moment timestamptz) returns double precision
language sql immutable strict parallel safe
as $$ select extract(epoch from moment)::double precision / 86400 + 2440587.5 $$;

create or replace function analysis.julianday(moment text) returns double precision
language sql stable strict parallel safe
as $$ select extract(epoch from moment::timestamptz)::double precision / 86400 + 2440587.5 $$;

create or replace function analysis.datetime(moment text, change text) returns timestamptz
language sql stable strict parallel safe
as $$ select moment::timestamptz + change::interval $$;

create or replace function analysis.datetime(moment timestamptz, change text) returns timestamptz
language sql stable strict parallel safe
as $$ select moment + change::interval $$;

create or replace function analysis.date(moment text, change text) returns date
language sql stable strict parallel safe
as $$ select ((moment::timestamptz + change::interval) at time zone 'UTC')::date $$;

create or replace function analysis.date(moment timestamptz, change text) returns date
language sql stable strict parallel safe
as $$ select ((moment + change::interval) at time zone 'UTC')::date $$;

create or replace function analysis.date(julian double precision) returns date
language sql immutable strict parallel safe
as $$ select (to_timestamp((julian - 2440587.5) * 86400) at time zone 'UTC')::date $$;

create or replace function analysis.strftime(format text, moment timestamptz) returns text
language sql immutable strict parallel safe
as $$
    select to_char(
        moment at time zone 'UTC',
        replace(replace(replace(replace(replace(replace(replace(
            format, '%Y', 'YYYY'), '%m', 'MM'), '%d', 'DD'), '%H', 'HH24'), '%M', 'MI'), '%S', 'SS'), '%j', 'DDD')
    )
$$;

create or replace function analysis.round(number double precision, digits integer) returns double precision
language sql immutable strict parallel safe
as $$ select round(number::numeric, digits)::double precision $$;

create or replace function analysis.group_concat_add(state text, item text, separator text) returns text
language sql immutable parallel safe
as $$ select case when item is null then state when state is null then item else state || separator || item end $$;

create or replace aggregate analysis.group_concat(text, text) (
    sfunc = analysis.group_concat_add, stype = text
);

create or replace function analysis.json_each(list jsonb) returns table (key integer, value text)
language sql immutable strict parallel safe rows 5
as $$ select (place - 1)::integer, item from jsonb_array_elements_text(list) with ordinality as found (item, place) $$;

-- JSON in a text: `x ->> 'size'` or `x ->> '$.a.b'`, as SQLite reads it; what views give is jsonb.
create or replace function analysis.json_part(document text, path text) returns text
language sql immutable strict parallel safe
as $$
    select case
        when path like '$%' then jsonb_path_query_first(document::jsonb, path::jsonpath) #>> '{}'
        else document::jsonb ->> path
    end
$$;

drop operator if exists analysis.->> (text, text);
create operator analysis.->> (leftarg = text, rightarg = text, function = analysis.json_part);

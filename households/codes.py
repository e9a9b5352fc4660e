"""Code lists of a household: stable English values, labels by translation, and how rosters spell them."""

import unicodedata

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Attribute(models.TextChoices):
    GENERAL = "general", _("General low-income household")
    DIBAO = "dibao", _("Minimum living allowance household")
    RELIEF = "relief", _("Low-income relief household")
    TEKUN = "tekun", _("Household in extreme hardship support")
    OTHER = "other", _("Other attribute")


class Cause(models.TextChoices):
    ILLNESS = "illness", _("Illness")
    DISABILITY = "disability", _("Disability")
    SCHOOLING = "schooling", _("Cost of schooling")
    DISASTER = "disaster", _("Natural disaster")
    ACCIDENT = "accident", _("Accident")
    LAND = "land", _("Lack of land")
    WATER = "water", _("Lack of water")
    SKILLS = "skills", _("Lack of skills")
    LABOUR = "labour", _("Lack of labour")
    FUNDS = "funds", _("Lack of funds")
    TRANSPORT = "transport", _("Poor transport")
    MOTIVATION = "motivation", _("Lack of own drive")
    MARRIAGE = "marriage", _("Cost of a wedding")
    FUNERAL = "funeral", _("Cost of a funeral")
    JOB_LOSS = "job_loss", _("Unstable job")
    HOUSING = "housing", _("Unsafe housing")
    OTHER = "other", _("Other cause")


class NoIdReason(models.TextChoices):
    """Why a person has no ID number in the system."""

    NEWBORN = "newborn", _("Newborn")
    REGISTERING = "registering", _("Registration of residence under way")
    ROSTER = "roster", _("Not given in the roster")
    OTHER = "other", pgettext_lazy("reason", "Other")


NO_ID_BY_HAND = (NoIdReason.NEWBORN, NoIdReason.REGISTERING, NoIdReason.OTHER)  # the roster's own comes by import alone


class Relation(models.TextChoices):
    HEAD = "head", _("Head of household")
    SPOUSE = "spouse", _("Spouse")
    SON = "son", _("Son")
    DAUGHTER = "daughter", _("Daughter")
    DAUGHTER_IN_LAW = "daughter_in_law", _("Daughter-in-law")
    SON_IN_LAW = "son_in_law", _("Son-in-law")
    GRANDSON = "grandson", _("Son's son")
    GRANDDAUGHTER = "granddaughter", _("Son's daughter")
    DAUGHTERS_SON = "daughters_son", _("Daughter's son")
    DAUGHTERS_DAUGHTER = "daughters_daughter", _("Daughter's daughter")
    FATHER = "father", _("Father")
    MOTHER = "mother", _("Mother")
    WIFES_FATHER = "wifes_father", _("Wife's father")
    WIFES_MOTHER = "wifes_mother", _("Wife's mother")
    HUSBANDS_FATHER = "husbands_father", _("Husband's father")
    HUSBANDS_MOTHER = "husbands_mother", _("Husband's mother")
    GRANDFATHER = "grandfather", _("Father's father")
    GRANDMOTHER = "grandmother", _("Father's mother")
    MOTHERS_FATHER = "mothers_father", _("Mother's father")
    MOTHERS_MOTHER = "mothers_mother", _("Mother's mother")
    SIBLING = "sibling", _("Brother or sister")
    OTHER = "other", _("Other relation")


class Health(models.TextChoices):
    HEALTHY = "healthy", _("Healthy")
    CHRONIC = "chronic", _("Long-term chronic illness")
    SERIOUS = "serious", _("Serious illness")
    DISABLED = "disabled", _("Disabled")


class Education(models.TextChoices):
    NONE = "none", _("Illiterate or semi-literate")
    PRESCHOOL = "preschool", _("Below school age")
    PRIMARY = "primary", _("Primary school")
    JUNIOR = "junior", _("Junior secondary school")
    SENIOR = "senior", _("Senior secondary school")
    COLLEGE = "college", _("College or above")
    BACHELOR = "bachelor", _("Bachelor's degree or above")


class Labour(models.TextChoices):
    ORDINARY = "ordinary", _("Ordinary labour")
    SKILLED = "skilled", _("Skilled labour")
    WEAK = "weak", _("Weak or half labour")
    LOST = "lost", _("Lost ability to work")
    NONE = "none", _("No ability to work")


class StudentStatus(models.TextChoices):
    NOT_STUDENT = "not_student", _("Not a student")
    PRESCHOOL = "preschool", _("Preschool child")
    KINDERGARTEN = "kindergarten", _("Kindergarten")
    PRIMARY = "primary", _("Primary pupil")
    JUNIOR = "junior", _("Junior secondary pupil")
    SENIOR = "senior", _("Senior secondary pupil")
    VOCATIONAL = "vocational", _("Secondary vocational student")
    COLLEGE = "college", _("College student")
    POSTGRADUATE = "postgraduate", _("Postgraduate student")


class Sex(models.TextChoices):
    MALE = "male", _("Male")
    FEMALE = "female", _("Female")


class GuaranteeItem(models.TextChoices):
    FOOD = "food", _("Food")
    CLOTHING = "clothing", _("Clothing")
    SCHOOLING = "schooling", _("Schooling")
    MEDICAL = "medical", _("Medical care")
    HOUSING = "housing", _("Housing")
    OLD_AGE = "old_age", _("Old age")


class GuaranteeState(models.TextChoices):
    UNVERIFIED = "unverified", _("Not verified")
    HELD = "held", _("Guaranteed")
    GAP = "gap", _("Gap")
    NOT_APPLICABLE = "not_applicable", _("Not applicable")


class Problem(models.TextChoices):
    """Why an act on a household is refused: code and sentence."""

    NO_CAMPAIGN = "no_campaign", _("There is no campaign yet. A district admin has to enter it first.")
    CODE_TAKEN = "code_taken", _("There is a household with this code already.")
    CLOSED = "closed", _("This household is closed.")
    NOT_CLOSED = "not_closed", _("This household is not closed.")
    FUTURE = "future", _("The date lies in the future.")
    BEFORE_ENTRY = "before_entry", _("The date lies before the household was taken in.")
    DAY = "day", _("Enter a date from %(first)s to %(last)s.")
    NO_REASON = "no_reason", _("Please give a reason.")
    NAME_MISSING = "name_missing", _("The name is missing; it is required. Enter it.")
    NAME_CHARS = "name_chars", _("A name has only characters or letters, with · or a blank between them.")
    NAME_TOO_LONG = (
        "name_too_long",
        _("The name has %(length)s characters, that is too long. Enter only the name."),
    )
    DECIDED = "decided", _("This case has been decided already.")
    MEMBER_ELSEWHERE = "member_elsewhere", _("A member of this household lives in another household by now.")
    PERSON_ELSEWHERE = (
        "person_elsewhere",
        _("This person is registered in another household, outside your place. Ask the district admin for help."),
    )
    PERSON_THERE = (
        "person_there",  # the same to who sees that household
        _("This person is in household %(code)s, %(village)s. Let the person leave there first."),
    )
    HEAD_TAKEN = (
        "head_taken",
        _("The household has a head already. Choose another relation, or make this member the head."),
    )
    HEAD_NEEDED = "head_needed", _("A household needs a head. Make another member the head first.")
    LEFT_ALREADY = "left_already", _("This person has left already.")
    LAST_MEMBER = "last_member", _("This is the last member. Close the household instead.")
    ID_LENGTH = "id_length", _("An ID number has 18 characters.")
    ID_15_DIGIT = "id_15_digit", _("This is an old ID number of 15 digits. Enter the one of 18.")
    ID_CHARS = "id_chars", _("An ID number has digits only, the last may be X.")
    ID_DATE = "id_date", _("The date of birth in the ID number does not exist.")
    ID_CHECKSUM = "id_checksum", _("The check digit of the ID number is wrong. Compare it with the card.")
    ID_OR_REASON = "id_or_reason", _("Enter the ID number, or choose why there is none.")
    ID_AND_REASON = "id_and_reason", _("Give either the ID number or the reason why there is none, not both.")
    NO_ID_REASON = "no_id_reason", _("Choose from the list why there is no ID number.")
    NAME_WITHOUT_ID = (
        "name_without_id",
        _("A person of this name without an ID number is in this household already."),
    )
    YEAR_TAKEN = "year_taken", _("There is a statement of this year already. Change that one.")
    NO_INCOME = "no_income", _("Enter at least one source of income, or the total.")
    FINAL = "final", _("This statement is final.")
    CHANGED_MEANWHILE = (
        "changed_meanwhile",
        _("Somebody has changed this since you opened the page. Compare with the case file, then save again."),
    )
    CHECKED_ALREADY = "checked_already", _("This statement has been checked already.")
    OWN_HAND = "own_hand", _("Nobody checks a statement of the own hand. Ask a colleague.")
    NOT_CHECKED = "not_checked", _("Only a checked statement can be made final.")


# How rosters spell a code: field → {code: spellings, parted by |}. The first one is what we write ourselves.
# Digits of other lists are not taken: they mean other things in other systems.
SPELLINGS: dict[str, dict[str, str]] = {
    "attribute": {
        Attribute.GENERAL: "一般低收入户|一般贫困户|一般户|一般农户|低收入户|低收入农户|贫困户|巩固提升户|一般",
        Attribute.DIBAO: "低保户|低保贫困户|农村低保户|低保|低保家庭",
        Attribute.RELIEF: "低收入救助户|低收入救助|救助户|低收入救助家庭",
        Attribute.TEKUN: "特困供养户|五保户|特困户|五保贫困户|特困供养|分散供养|集中供养|特困人员|五保|特困供养贫困户",
        Attribute.OTHER: "其他|其它",
    },
    "main_cause": {
        Cause.ILLNESS: "因病|疾病|患病|因病致贫",
        Cause.DISABILITY: "因残|残疾|因残致贫",
        Cause.SCHOOLING: "因学|上学|因学致贫|子女上学",
        Cause.DISASTER: "因灾|因自然灾害|自然灾害|因灾致贫",
        Cause.ACCIDENT: "因意外事故|因意外|意外事故|因突发事故",
        Cause.LAND: "缺土地|缺地|无土地",
        Cause.WATER: "缺水|因安全饮水",
        Cause.SKILLS: "缺技术|缺少技术|无技术|缺技能",
        Cause.LABOUR: "缺劳动力|缺劳力|缺少劳动力|无劳动力|缺乏劳动力|年老体弱",
        Cause.FUNDS: "缺资金|缺少资金|缺乏资金",
        Cause.TRANSPORT: "交通条件落后|交通落后|交通不便",
        Cause.MOTIVATION: "自身发展动力不足|自身发展力不足|自身动力不足|发展动力不足|内生动力不足",
        Cause.MARRIAGE: "因婚",
        Cause.FUNERAL: "因丧",
        Cause.JOB_LOSS: "因务工就业不稳|务工就业不稳|就业不稳|失业|因产业失败",
        Cause.HOUSING: "因安全住房|住房|因住房",
        Cause.OTHER: "其他|其它|其他原因|其它原因",
    },
    "relation": {
        Relation.HEAD: "户主|本人或户主|本人|户主本人",
        Relation.SPOUSE: "配偶|妻子|妻|丈夫|夫|之妻|之夫|爱人",
        Relation.SON: "之子|儿子|子|长子|次子|三子|独生子|养子|继子|二子|四子",
        Relation.DAUGHTER: "之女|女儿|女|长女|次女|三女|独生女|养女|继女|二女|四女",
        Relation.DAUGHTER_IN_LAW: "之儿媳|儿媳|儿媳妇|媳妇",
        Relation.SON_IN_LAW: "之女婿|女婿",
        Relation.GRANDSON: "之孙子|孙子|长孙",
        Relation.GRANDDAUGHTER: "之孙女|孙女",
        Relation.DAUGHTERS_SON: "之外孙子|外孙子|外孙",
        Relation.DAUGHTERS_DAUGHTER: "之外孙女|外孙女",
        Relation.FATHER: "之父|父亲|父|爸爸",
        Relation.MOTHER: "之母|母亲|母|妈妈",
        Relation.WIFES_FATHER: "之岳父|岳父",
        Relation.WIFES_MOTHER: "之岳母|岳母",
        Relation.HUSBANDS_FATHER: "之公公|公公",
        Relation.HUSBANDS_MOTHER: "之婆婆|婆婆",
        Relation.GRANDFATHER: "之祖父|祖父|爷爷",
        Relation.GRANDMOTHER: "之祖母|祖母|奶奶",
        Relation.MOTHERS_FATHER: "之外祖父|外祖父|姥爷|外公",
        Relation.MOTHERS_MOTHER: "之外祖母|外祖母|姥姥|外婆",
        Relation.SIBLING: "之兄弟姐妹|兄弟姐妹|兄|弟|姐|妹|哥哥|弟弟|姐姐|妹妹|之兄|之弟|之姐|之妹|兄弟|姐妹",
        Relation.OTHER: "其他|其它|其他亲属|非亲属|侄子|侄女|之侄|孙辈",
    },
    "health": {
        Health.HEALTHY: "健康|良好|一般|正常|健康或良好|一般或较弱",
        Health.CHRONIC: "长期慢性病|慢性病|患有慢性病|长期慢病",
        Health.SERIOUS: "患有大病|大病|重病|患大病|患有重病|大病重病",
        Health.DISABLED: "残疾|残疾人|患有残疾",
    },
    "education": {
        Education.NONE: "文盲或半文盲|文盲|半文盲|文盲、半文盲|无",
        Education.PRESCHOOL: "学龄前儿童|学龄前|学前|未上学",
        Education.PRIMARY: "小学|小学毕业|小学在读",
        Education.JUNIOR: "初中|初级中学|初中毕业|初中在读",
        Education.SENIOR: "高中|高级中学|中专|职高|技校|中职|高中或中专|高中(中专)|高中及中专|高中在读",
        Education.COLLEGE: "大专及以上|大专|专科|大学专科|高职|大学|大专以上",
        Education.BACHELOR: "本科及以上|本科|大学本科|研究生|硕士|博士|本科以上",
    },
    "labour": {
        Labour.ORDINARY: "普通劳动力|有劳动能力|有|有劳动力|全劳动力|劳动力|普通劳力|是",
        Labour.SKILLED: "技能劳动力|技能劳力",
        Labour.WEAK: "弱劳动力或半劳动力|弱劳动力|半劳动力|部分丧失劳动力|部分丧失劳动能力|弱劳力|半劳力",
        Labour.LOST: "丧失劳动力|丧失劳动能力|完全丧失劳动能力",
        Labour.NONE: "无劳动力|无劳动能力|无|无劳力|否|没有",
    },
    "student_status": {
        StudentStatus.NOT_STUDENT: "非在校生|非在校|否|不是|无",
        StudentStatus.PRESCHOOL: "学龄前儿童|学龄前",
        StudentStatus.KINDERGARTEN: "学前教育|幼儿园|学前班",
        StudentStatus.PRIMARY: "小学|小学生|一年级|二年级|三年级|四年级|五年级|六年级|小学在校生|"
        "小学一年级|小学二年级|小学三年级|小学四年级|小学五年级|小学六年级",
        StudentStatus.JUNIOR: "初中|七年级|八年级|九年级|初一|初二|初三|初中生|初中一年级|初中二年级|初中三年级",
        StudentStatus.SENIOR: "高中|高中一年级|高中二年级|高中三年级|高一|高二|高三|高中生",
        StudentStatus.VOCATIONAL: "中职|中职一年级|中职二年级|中职三年级|中专|职高|技校|"
        "技工一年级|技工二年级|技工三年级|技工四年级",
        StudentStatus.COLLEGE: "大专及以上|大专|大学|大学生|本科|高职|高职一年级|高职二年级|高职三年级|"
        "本科一年级|本科二年级|本科三年级|本科四年级|本科五年级",
        StudentStatus.POSTGRADUATE: "硕士研究生及以上|研究生|硕士|博士|硕士研究生|博士研究生",
    },
    "sex": {Sex.MALE: "男|男性|M|1", Sex.FEMALE: "女|女性|F|2"},  # 1 and 2 everywhere; the ID number tells
    "guarantee": {
        GuaranteeState.HELD: "有保障|是|有|已保障|安全|达标|√|参加|已参加|1|Y",
        GuaranteeState.GAP: "有缺口|否|无|没有|未保障|不安全|未达标|×|没参加|未参加|0|N",
        GuaranteeState.UNVERIFIED: "未核实|待核实",
        GuaranteeState.NOT_APPLICABLE: "不适用|不涉及|/",
    },
}


def folded(text: str) -> str:
    """NFKC, without any blank."""
    return "".join(unicodedata.normalize("NFKC", text).split())


_CODES = {
    field: {folded(word): str(code) for code, words in codes.items() for word in words.split("|")}
    for field, codes in SPELLINGS.items()
}


def code_of(field: str, spelling: str) -> str | None:
    """The code of a roster's spelling (label in a roster, never a digit of an unknown code set), None if unknown."""
    return _CODES[field].get(folded(spelling))


def spelling_of(field: str, code: str) -> str:
    """The usual Chinese word of a code in rosters."""
    return SPELLINGS[field][code].split("|")[0]

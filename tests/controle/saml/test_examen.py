"""Assertions : variantes valides sans alerte, un défaut par mutant et le bon code, enveloppements, entrées hostiles."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, SignatureConstructionMethod

from reports.verdict import Verdict
from steps.controle.examens.saml import examiner_saml
from steps.controle.modele import ContexteControle, Examen
from steps.verifications.registre import REGLES
from tests.controle.aides_examens import HOSTILE_S, en_cause, en_texte
from tests.controle.saml import fabrique as f
from tests.verifications.dmp import fabrique_vihf

Fabrique = Callable[[], str]


def _examiner(texte: str | bytes, *, ancres: tuple[bytes, ...] = (), instant: bool = True) -> Examen:
    contexte = ContexteControle(ancres=ancres, a_l_instant=datetime.now(UTC) if instant else None)
    return examiner_saml(texte.encode() if isinstance(texte, str) else texte, contexte)


def _v(signataire: str = "cachet", **choix: str | tuple[str, str]) -> Fabrique:
    return lambda: f.vihf(signataire, **choix)


def _i(**choix: object) -> Fabrique:
    return lambda: f.insi(**choix)  # type: ignore[arg-type]


def _a(**choix: object) -> Fabrique:
    return lambda: f.autre(**choix)  # type: ignore[arg-type]


def _change(fabriquer: Fabrique, ancien: str, nouveau: str) -> Fabrique:
    def change() -> str:
        texte = fabriquer()
        assert ancien in texte, ancien
        return texte.replace(ancien, nouveau, 1)

    return change


_WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
VALIDES: dict[str, Fabrique] = {
    "VIHF": _v(),
    "VIHF direct": _v(mode="DIRECTE", sujet=""),
    "VIHF renforcé": _v(mode="INDIRECTE_RENFORCEE", declaration="CONF_EXI_PGSSIS"),
    "VIHF, majuscule du mode": _v(nom_mode="Authentification_Mode"),
    "VIHF, structure à identifiant technique": _v(structure="100000000000001"),
    "VIHF, attributs avec NameFormat et FriendlyName": _v(
        retouche=(
            '<Attribute Name="LPS_Nom">',
            '<Attribute Name="LPS_Nom" FriendlyName="Nom" '
            'NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:basic">',
        )
    ),
    "VIHF, sujet confirmé": _v(
        retouche=(
            "</NameID>",
            '</NameID><SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"/>',
        )
    ),
    "VIHF, valeurs typées": _v(
        retouche=(
            "<AttributeValue>urn:dmp",
            '<AttributeValue xmlns:xs="http://www.w3.org/2001/XMLSchema" '
            'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:string">urn:dmp',
        )
    ),
    "VIHF, session et lieu d'authentification": _v(
        retouche=("<AuthnContext>", '<SubjectLocality Address="10.0.0.1"/><AuthnContext>')
    ),
    "VIHF, valeurs à la ligne": _v(retouche=("<AttributeValue>urn:dmp", "<AttributeValue>\n   urn:dmp")),
    "VIHF avec prologue": lambda: _DECLARATION + f.vihf(),
    "VIHF en CRLF autour": lambda: f"\r\n{f.vihf()}\r\n",
    "VIHF dans Security": lambda: f'<o:Security xmlns:o="{_WSSE}">{f.vihf()}</o:Security>',
    "VIHF signé avec InclusiveNamespaces": lambda: f.prefixes_nommes(
        f.vihf(retouche=("<Assertion ", '<Assertion xmlns:xs="http://www.w3.org/2001/XMLSchema" ')),
        fabrique_vihf.certificat("cachet"),
    ),
    "INSi signée avec InclusiveNamespaces": lambda: f.prefixes_nommes(
        f.insi().replace("<s:Assertion ", '<s:Assertion xmlns:xs="http://www.w3.org/2001/XMLSchema" '), f.porteur()
    ),
    "VIHF, préfixe nommé déclaré plus haut": lambda: (
        '<e xmlns:xs="http://www.w3.org/2001/XMLSchema">'
        + f.prefixes_nommes(
            f.vihf(retouche=("<Assertion ", '<Assertion xmlns:xs="http://www.w3.org/2001/XMLSchema" ')),
            fabrique_vihf.certificat("cachet"),
        ).replace(' xmlns:xs="http://www.w3.org/2001/XMLSchema"', "", 1)
        + "</e>"
    ),
    "INSi": _i(),
    "INSi, autre préfixe": _i(prefixe="saml2"),
    "INSi, sans préfixe": _i(prefixe=""),
    "INSi, pleine heure": lambda: f.insi(emission=f.heure(-3500)),
    "INSi, spécialité": _i(
        attributs=(("identifiantFacturation", "990000001"), ("secteurActivite", "SA07"), ("codeSpecialiteAMO", "SM26"))
    ),
    "INSi par Pro Santé Connect": _i(qualifiant="PSC", signature=False, issuer="CN=PSC"),
    "INSi avec conditions": lambda: f.insi(conditions=f.bornes(-70, 3600)),
}


@cache
def _valide(nom: str) -> Examen:
    return _examiner(VALIDES[nom]())


@pytest.mark.parametrize("nom", VALIDES)
def test_valide(nom: str) -> None:
    """Une assertion conforme, ou une variante légitime, ne lève aucune alerte."""
    assert _valide(nom).verdict is Verdict.CONFORME, en_texte(_valide(nom))


@pytest.mark.parametrize("genre", ["rsa", "ec"])
def test_profil_inconnu_a_verifier(genre: str) -> None:
    """Une assertion valide d'un autre profil est jugée par le standard seul, et dite à vérifier ; RSA et EC valent."""
    examen = _examiner(f.autre(f.porteur(genre), conditions=f.bornes(-70, 3600)))
    assert en_cause(examen) == {"SAML-LEC-02"}, en_texte(examen)
    assert any(c.code == "SAML-SIG-01" and c.verdict is Verdict.CONFORME for c in examen.constats)


def _abime(fabriquer: Fabrique, ancien: str, nouveau: str) -> Fabrique:
    return _change(fabriquer, ancien, nouveau)


def _evil_dans_objet() -> str:
    """XSW : l'assertion signée est cachée dans la signature d'une assertion forgée."""
    signee = etree.fromstring(f.insi())
    forgee = etree.fromstring(f.insi(identifiant="_evil", name_id="899900000002", signature=False))
    signature = signee.find(f"{{{f.DS}}}Signature")
    assert signature is not None
    signee.remove(signature)
    etree.SubElement(signature, f"{{{f.DS}}}Object").append(signee)
    forgee.insert(1, signature)
    return etree.tostring(forgee, encoding="unicode")


def _evil_devant() -> str:
    """XSW : une assertion forgée porte le même ID que l'assertion signée, à côté d'elle."""
    forgee = f.insi(name_id="899900000002", signature=False)
    return f'<o:Security xmlns:o="{_WSSE}">{forgee}{f.insi()}</o:Security>'


def _evil_enveloppe() -> str:
    """XSW : l'assertion signée entière dans Advice d'une assertion forgée."""
    return f.insi(
        identifiant="_evil", name_id="899900000002", signature=False, conditions=f"<s:Advice>{f.insi()}</s:Advice>"
    )


def _deux_references() -> str:
    texte = f.insi()
    debut, fin = texte.index("<ds:Reference"), texte.index("</ds:Reference>") + len("</ds:Reference>")
    return texte[:fin] + texte[debut:fin] + texte[fin:]


_INCONNU = {"SAML-LEC-02"}
MUTANTS: dict[str, tuple[Fabrique, set[str]]] = {
    "racine étrangère": (lambda: "<a/>", {"SAML-LEC-01"}),
    "SAML 1": (lambda: '<Assertion xmlns="urn:oasis:names:tc:SAML:1.0:assertion"/>', {"SAML-LEC-01"}),
    "mal formée": (lambda: f.vihf()[:-3], {"SAML-LEC-01"}),
    "DOCTYPE": (lambda: f"<!DOCTYPE a []>{f.vihf()}", {"SAML-LEC-01"}),
    "version 1.1": (_a(version="1.1"), {"SAML-FOR-01", *_INCONNU}),
    "ID numérique": (_a(identifiant="7a"), {"SAML-FOR-01", *_INCONNU}),
    "IssueInstant local": (_a(emission="2026-11-20T10:00:00+01:00"), {"SAML-FOR-01", *_INCONNU}),
    "signature en fin": (
        lambda: _deplacer(f.autre(), "Signature"),
        {"SAML-FOR-02", *_INCONNU},
    ),
    "Conditions avant Subject": (lambda: f.insi(avant_sujet=f.bornes(-70, 3600)), {"SAML-FOR-02"}),
    "bornes inversées": (
        lambda: f.insi(conditions=f.bornes(30, 20)),
        {"SAML-CON-01"},
    ),
    "émise après sa fin": (lambda: f.insi(conditions=f.bornes(-500, -400)), {"SAML-CON-01", "SAML-CON-02"}),
    "expirée": (lambda: f.insi(emission=f.heure(-900), conditions=f.bornes(-1000, -400)), {"SAML-CON-02"}),
    "pas encore valide": (lambda: f.insi(conditions=f.bornes(400, 3600)), {"SAML-CON-02"}),
    "sans sujet": (_a(name_id=""), {"SAML-SUJ-01", *_INCONNU}),
    "commentaire dans NameID": (_i(name_id="899900000001<!-- x -->"), {"SAML-SUJ-02"}),
    "commentaire qui change l'identité": (_i(name_id="899900000001<!-- x -->9"), {"SAML-SUJ-02", "INSI-SAML-05"}),
    "attribut répété": (
        _i(
            attributs=(
                ("identifiantFacturation", "990000001"),
                ("secteurActivite", "SA07"),
                ("codeSpecialite", "SM26"),
                ("codeSpecialite", "SM27"),
            )
        ),
        {"SAML-ATT-01"},
    ),
    "enveloppement par ds:Object": (_evil_dans_objet, {"SAML-XSW-01", "SAML-SIG-01"}),
    "enveloppement par même ID": (_evil_devant, {"SAML-XSW-02", "INSI-SAML-02"}),
    "enveloppement par Advice": (_evil_enveloppe, {"SAML-XSW-01", "SAML-SIG-01"}),
    "deux références": (_deux_references, {"INSI-SAML-02"}),
    "assertion retouchée": (_change(_i(), "990000001", "990000002"), {"INSI-SAML-02"}),
    "non signée": (_i(signature=False), {"INSI-SAML-02"}),
    "autre profil, retouchée": (_change(_a(), ">x<", ">y<"), {"SAML-SIG-01", *_INCONNU}),
    "autre profil, non signée": (_a(signature=False), {"SAML-SIG-01", *_INCONNU}),
    "canonicalisation inclusive": (_i(c14n="inclusive"), {"INSI-SAML-03"}),
    "carte EC": (lambda: f.insi(f.porteur("ec")), {"INSI-SAML-03"}),
    "certificat expiré": (lambda: f.insi(f.porteur(debut=-20, fin=-10)), {"INSI-SAML-04"}),
    "certificat expiré, autre profil": (lambda: f.autre(f.porteur(debut=-20, fin=-10)), {"SAML-CRT-02", *_INCONNU}),
    "certificat de chiffrement": (lambda: f.autre(f.porteur(signe=False)), {"SAML-CRT-02", *_INCONNU}),
    "NameID d'un autre": (_i(name_id="899900000002"), {"INSI-SAML-05"}),
    "Issuer d'un autre": (_i(issuer="C=FR,CN=899900000002"), {"INSI-SAML-06"}),
    "trop vieille": (lambda: f.insi(emission=f.heure(-4000)), {"INSI-SAML-07"}),
    "qualifiant en minuscules": (_i(qualifiant="cps"), {"INSI-SAML-11"}),
    "qualifiant inventé, NameID d'un autre": (
        _i(qualifiant="AUTRE", name_id="899900000002"),
        {"INSI-SAML-11", "INSI-SAML-05"},
    ),
    "secteur nu": (
        _i(attributs=(("identifiantFacturation", "990000001"), ("secteurActivite", "25"))),
        {"INSI-SAML-12"},
    ),
    "sans secteur": (_i(attributs=(("identifiantFacturation", "990000001"),)), {"INSI-SAML-08"}),
    "PSC signée": (_i(qualifiant="PSC"), {"INSI-SAML-10"}),
    "VIHF retouché": (_change(_v(), "BIOLOGUE", "MALOGUE"), {"DMP-VIHF-01"}),
    "VIHF sans signature": (lambda: _sans(f.vihf(), "Signature"), {"DMP-VIHF-01"}),
    "VIHF, Issuer faux": (_v(issuer="CN=autre"), {"DMP-VIHF-02"}),
    "VIHF signé par l'authentification": (_v("auth"), {"DMP-VIHF-04"}),
    "VIHF en SHA-1": (lambda: fabrique_vihf.vihf(sha1=True, instant=f.heure(-10)), {"DMP-VIHF-05"}),
    "VIHF à l'heure locale": (
        lambda: f.vihf(instant=f.heure(3590).replace("Z", "+01:00")),
        {"DMP-VIHF-06", "SAML-FOR-04"},
    ),
    "VIHF sans fuseau": (lambda: f.vihf(instant=f.heure(-10).replace("Z", "")), {"DMP-VIHF-06"}),
    "VIHF, deux contextes d'authentification": (
        _v(retouche=("</AuthnContext>", "</AuthnContext><AuthnContext/>")),
        {"SAML-FOR-03"},
    ),
    "VIHF, attribut hors schéma": (_v(retouche=("<NameID>", '<NameID Nom="x">')), {"SAML-FOR-03"}),
    "VIHF, valeur hors de son espace": (
        _v(
            retouche=(
                "<AttributeValue>urn:dmp</AttributeValue>",
                '<AttributeValue>urn:dmp</AttributeValue><v xmlns=""/>',
            )
        ),
        {"SAML-FOR-03"},
    ),
    "VIHF, texte perdu": (_v(retouche=("<AttributeStatement>", "<AttributeStatement>x")), {"SAML-FOR-03"}),
    "VIHF, authentification à venir": (
        lambda: f.vihf(
            retouche=(f'<AuthnStatement AuthnInstant="{f.heure()[:11]}', '<AuthnStatement AuthnInstant="2099-01-01T')
        ),
        {"SAML-CON-03"},
    ),
    "VIHF, authentification illisible": (
        _v(retouche=('<AuthnStatement AuthnInstant="', '<AuthnStatement AuthnInstant="le ')),
        {"SAML-FOR-04"},
    ),
    "VIHF, commentaire dans la classe": (
        _v(classe="urn:oasis:names:tc:SAML:2.0:ac:classes:Password<!-- x -->"),
        {"SAML-SUJ-02"},
    ),
    "VIHF, espace insécable dans la structure": (_v(structure="1990000001\u00a0"), {"DMP-VIHF-26"}),
    "VIHF, deux structures": (
        _v(
            retouche=(
                "<AttributeValue>1990000001",
                "<AttributeValue>1990000002</AttributeValue><AttributeValue>1990000001",
            )
        ),
        {"DMP-VIHF-37"},
    ),
    "VIHF, rôle sans espace de noms": (
        _v(retouche=('<Role xmlns="urn:hl7-org:v3"', '<Role xmlns="urn:autre"')),
        {"DMP-VIHF-38"},
    ),
    "VIHF, spécialité avant la profession": (
        _v(profession="SM03^1.2.250.1.71.4.2.5", specialite="10^1.2.250.1.71.1.2.7"),
        {"DMP-VIHF-23"},
    ),
    "VIHF, spécialité seule": (_v(profession="SM03^1.2.250.1.71.4.2.5", specialite=""), {"DMP-VIHF-23"}),
    "VIHF, profession d'une nomenclature non lue": (
        _v(profession="PSY^1.2.250.1.213.1.6.1.1", specialite=""),
        {"DMP-VIHF-23"},
    ),
    "VIHF, RPPS trop court": (_v(name_id="89990000001"), {"DMP-VIHF-29"}),
    "VIHF, FINESS trop long": (_v(structure="19900000012"), {"DMP-VIHF-26"}),
    "VIHF, classe presque juste": (_v(classe="urn:oasis:names:tc:SAML:2.0:ac:classes:password"), {"DMP-VIHF-34"}),
    "VIHF, mode tout en capitales": (_v(nom_mode="AUTHENTIFICATION_MODE"), {"DMP-VIHF-20", "DMP-VIHF-22"}),
    "VIHF, connexion secrète d'une autre nomenclature": (
        _v(secrete="INVISIBLE_REPRESENTANTS_LEGAUX^1.2.3"),
        {"DMP-VIHF-36"},
    ),
    "VIHF périmé": (lambda: f.vihf(instant=f.heure(-5000)), {"DMP-VIHF-07"}),
    "VIHF avec audience": (
        _v(audience="<AudienceRestriction><Audience>x</Audience></AudienceRestriction>"),
        {"DMP-VIHF-09"},
    ),
    "VIHF sans homologation": (_v(lps_homologation=""), {"DMP-VIHF-20"}),
    "VIHF version 9": (_v(vihf_version="9.0"), {"DMP-VIHF-21"}),
    "VIHF mode inconnu": (_v(mode="AUTRE"), {"DMP-VIHF-22"}),
    "VIHF médecin sans spécialité": (_v(specialite=""), {"DMP-VIHF-23"}),
    "VIHF usage inventé": (_v(usage="urgence^1.2.250.1.213.1.1.4.248"), {"DMP-VIHF-24"}),
    "VIHF secteur sans nomenclature": (_v(secteur="SA25"), {"DMP-VIHF-28"}),
    "VIHF NameID avec espace": (_v(name_id="8 99900000017"), {"DMP-VIHF-29"}),
    "VIHF clé fausse": (_v(ressource="290129999900100^^^&1.2.250.1.213.1.4.10&ISO^NH"), {"DMP-VIHF-31"}),
    "VIHF OID réel": (_v(ressource="290129999900192^^^&1.2.250.1.213.1.4.8&ISO^NH"), {"DMP-VIHF-32"}),
    "VIHF urn fausse": (_v(urn="urn:autre"), {"DMP-VIHF-33"}),
    "VIHF classe inventée": (_v(classe="Password"), {"DMP-VIHF-34"}),
}


def _deplacer(texte: str, nom: str) -> str:
    racine = etree.fromstring(texte)
    element = racine.find(f"{{{f.DS}}}{nom}")
    assert element is not None
    racine.remove(element)
    racine.append(element)
    return etree.tostring(racine, encoding="unicode")


def _sans(texte: str, nom: str) -> str:
    racine = etree.fromstring(texte)
    element = racine.find(f"{{{f.DS}}}{nom}")
    assert element is not None
    racine.remove(element)
    return etree.tostring(racine, encoding="unicode")


@cache
def _mutant(nom: str) -> Examen:
    return _examiner(MUTANTS[nom][0]())


@pytest.mark.parametrize("nom", MUTANTS)
def test_mutant(nom: str) -> None:
    """Un défaut est pris par son code, et par lui seul."""
    assert en_cause(_mutant(nom)) == MUTANTS[nom][1], en_texte(_mutant(nom))


@pytest.mark.parametrize(
    ("fabriquer", "ancres", "attendus"),
    [
        (_v(), (f.AUTORITE,), set()),
        (_v("inconnu"), (f.AUTORITE,), {"DMP-VIHF-03"}),
        (_i(), (f.AUTORITE,), {"SAML-CRT-01"}),
        (_i(), (f.AUTORITE, f.porteur().der), set()),
    ],
)
def test_autorite(fabriquer: Fabrique, ancres: tuple[bytes, ...], attendus: set[str]) -> None:
    """Le signataire est rapproché des autorités données ; sans elles, le périmètre dit qu'il ne l'a pas été."""
    examen = _examiner(fabriquer(), ancres=ancres)
    assert en_cause(examen) == attendus, en_texte(examen)
    assert not any("autorité" in ligne for ligne in examen.perimetre)
    assert any("aucune autorité" in ligne for ligne in _examiner(fabriquer()).perimetre)


def test_sans_instant_rien_n_est_dit_de_la_fraicheur() -> None:
    """Sans heure de contrôle, une vieille assertion n'est ni fraîche ni périmée, et le périmètre le dit."""
    for texte in (f.vihf(instant=f.heure(-5000)), f.insi(emission=f.heure(-5000))):
        examen = _examiner(texte, instant=False)
        assert examen.verdict is Verdict.CONFORME, en_texte(examen)
        assert not {"DMP-VIHF-07", "INSI-SAML-07", "SAML-CON-02"} & {c.code for c in examen.constats}
        assert any("aucun instant" in ligne for ligne in examen.perimetre)


def test_assertion_chiffree() -> None:
    """Une assertion chiffrée n'est pas fautive : le banc ne peut pas la lire."""
    examen = _examiner(f'<r><EncryptedAssertion xmlns="{f.SAML}"/></r>')
    assert examen.verdict is Verdict.NON_CONCLUANT


def test_chaque_regle_a_ses_deux_exemples() -> None:
    """Toute règle SAML est suivie par un exemple et enfreinte par un autre, qui dit tout."""
    suivies, enfreintes = set[str](), set[str]()
    examens = [*map(_valide, VALIDES), *map(_mutant, MUTANTS), _examiner(f.insi(), ancres=(f.AUTORITE,))]
    examens += [_examiner(f.insi(), ancres=(f.porteur().der,)), _examiner(f.autre(conditions=f.bornes(-70, 3600)))]
    examens.append(_examiner(_sha1_autre()))
    for constat in (c for examen in examens for c in examen.constats):
        (suivies if constat.verdict is Verdict.CONFORME else enfreintes).add(constat.code)
        if constat.verdict is Verdict.NON_CONFORME:
            assert constat.message and constat.attendu and constat.recu and constat.ou and constat.a_faire
    regles = {code for code in REGLES if code.startswith("SAML-")}
    assert regles - suivies == set()
    assert regles - enfreintes == set()


def _sha1_autre() -> str:
    """Assertion d'un profil inconnu, signée en SHA-1 : un VIHF dont les attributs ont été renommés avant signature."""
    porteur = fabrique_vihf.certificat("cachet")
    racine = etree.fromstring(f.autre(signature=False, issuer=porteur.nom))
    racine.insert(1, etree.fromstring(f'<ds:Signature xmlns:ds="{f.DS}" Id="placeholder"/>'))
    signee = fabrique_vihf._SigneurSha1(
        method=SignatureConstructionMethod.enveloped, signature_algorithm="rsa-sha1", digest_algorithm="sha1",
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    ).sign(racine, key=porteur.cle, cert=[porteur.certificat], reference_uri="_a7", id_attribute="ID")  # fmt: skip
    return etree.tostring(signee, encoding="unicode")


_RIRES = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10 if i else "lol"}">' for i in range(10))
HOSTILES: dict[str, tuple[Callable[[], bytes], Verdict]] = {
    "vide": (lambda: b"", Verdict.NON_CONFORME),
    "XXE": (lambda: b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>', Verdict.NON_CONFORME),
    "milliard de rires": (lambda: f"<!DOCTYPE a [{_RIRES}]><a>&l9;</a>".encode(), Verdict.NON_CONFORME),
    "imbrication": (lambda: b"<a>" * 100_000, Verdict.NON_CONCLUANT),
    "vingt mégaoctets": (lambda: f.vihf().encode() + b" " * 20_000_000, Verdict.NON_CONCLUANT),
    "encodage inconnu": (lambda: b'<?xml version="1.0" encoding="klingon"?><a/>', Verdict.NON_CONFORME),
    "UTF-16": (lambda: f.vihf().encode("utf-16"), Verdict.CONFORME),
    "octets nuls": (lambda: b"\x00" * 1000, Verdict.NON_CONFORME),
    "base64 géant": (
        lambda: f.insi().replace("</ds:X509Certificate>", "A" * 5_000_000 + "</ds:X509Certificate>").encode(),
        Verdict.NON_CONFORME,
    ),
    "cent mille attributs": (
        lambda: f.insi(attributs=tuple((f"a{i}", "x") for i in range(20_000)), signature=False).encode(),
        Verdict.NON_CONFORME,
    ),
}


@pytest.mark.parametrize("nom", HOSTILES)
def test_hostile(nom: str) -> None:
    """Une entrée hostile est refusée ou dite au-delà des limites, en temps borné."""
    fabriquer, attendu = HOSTILES[nom]
    octets = fabriquer()
    debut = time.perf_counter()
    examen = _examiner(octets)
    assert time.perf_counter() - debut < HOSTILE_S
    assert examen.verdict is attendu, en_texte(examen)


@settings(max_examples=60)
@given(st.binary(max_size=300))
def test_octets_quelconques(octets: bytes) -> None:
    """Aucun octet ne fait lever l'examen."""
    assert _examiner(octets).verdict is not Verdict.CONFORME


_INTACTE = f.insi().encode()


@settings(max_examples=60)
@given(st.integers(min_value=0), st.binary(min_size=1, max_size=6))
def test_assertion_abimee(position: int, morceau: bytes) -> None:
    """Une assertion dont quelques octets changent ne fait pas lever l'examen."""
    rang = position % len(_INTACTE)
    _examiner(_INTACTE[:rang] + morceau + _INTACTE[rang + len(morceau) :])

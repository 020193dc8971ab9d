"""Messages SOAP : corps seul, requête HTTP, multipart ; le bon code par défaut, et rien d'invisible n'est jugé."""

from __future__ import annotations

import base64
import gzip
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.verdict import Verdict
from simulators.socle.echange import Echange
from steps.controle.examens.soap import examiner_soap_dmp, examiner_soap_insi
from steps.controle.modele import ContexteControle, Examen
from steps.verifications.registre import REGLES
from tests.controle.aides_examens import HOSTILE_S, en_cause, en_texte, propre
from tests.controle.saml import fabrique as s
from tests.simulators.insi import aides
from tests.verifications.cda.fabrique import cda
from tests.verifications.dmp import fabrique as d
from tests.verifications.insi import fabrique as i

Fabrique = Callable[[], bytes]
_TRAITS = aides.traits("AUBRIVAL", "ELOISE", "F", "1979-04-23")


def _insi(octets: bytes, contexte: ContexteControle | None = None) -> Examen:
    return examiner_soap_insi(octets, contexte or ContexteControle())


def _dmp(octets: bytes, contexte: ContexteControle | None = None) -> Examen:
    return examiner_soap_dmp(octets, contexte or ContexteControle())


def _http(echange: Echange, fin: str = "\r\n", *entetes: str) -> bytes:
    """La requête entière, telle qu'une capture l'écrit."""
    requete = echange.requete
    lignes = [f"{requete.methode} {requete.cible} HTTP/1.1", "Host: service.test"]
    lignes += [f"{nom}: {valeur}" for nom, valeur in requete.entetes] + list(entetes)
    return (fin.join(lignes) + fin + fin).encode() + requete.corps.octets


def _carte(securite: str | None = None, **choix: object) -> bytes:
    """Message INSi en mode carte, conforme."""
    assertion = s.insi(**choix) if securite is None else securite  # type: ignore[arg-type]
    espace = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
    return aides.enveloppe(
        _TRAITS, entetes=aides.bam(emetteur=s.PS) + aides.lps(emetteur=s.PS),
        securite=f'<o:Security xmlns:o="{espace}">{assertion}</o:Security>',
    )  # fmt: skip


def _instant() -> dict[str, str]:
    return {"instant": s.heure(-10)}


def _alimentation(a: d.Alimentation | None = None, **choix: object) -> Echange:
    base = a or d.Alimentation()
    return d.alimentation(replace(base, vihf={**_instant(), **base.vihf}), **choix)


def _partie_racine(echange: Echange) -> bytes:
    return echange.requete.corps.octets.split(b"\r\n\r\n", 1)[1].split(b"\r\n--frontiere-essai", 1)[0]


def _chunked(octets: bytes) -> bytes:
    return b"".join(f"{len(o):x}\r\n".encode() + o + b"\r\n" for o in (octets[:700], octets[700:])) + b"0\r\n\r\n"


def _avec_corps(echange: Echange, corps: bytes, entete: str) -> bytes:
    tete, _ = _http(echange, "\r\n", entete).split(b"\r\n\r\n", 1)
    return tete + b"\r\n\r\n" + corps


VALIDES_INSI: dict[str, Fabrique] = {
    "corps seul": i.recherche,
    "corps avec prologue": lambda: b'<?xml version="1.0" encoding="UTF-8"?>\r\n' + i.recherche(),
    "requête HTTP": lambda: _http(i.echange()),
    "requête HTTP en LF": lambda: _http(i.echange(), "\n"),
    "adresse absolue": lambda: _http(i.echange(cible="https://service.test:443/lps")),
    "en-têtes sans ligne de requête": lambda: _http(i.echange()).split(b"\r\n", 1)[1],
    "chunked": lambda: _avec_corps(i.echange(), _chunked(i.recherche()), "Transfer-Encoding: chunked"),
    "chunked déjà recollé": lambda: _http(i.echange(), "\r\n", "Transfer-Encoding: chunked"),
    "gzip": lambda: _avec_corps(i.echange(), gzip.compress(i.recherche()), "Content-Encoding: gzip"),
    "autre préfixe": lambda: (
        i.recherche().replace(b"<s:", b"<env:").replace(b"</s:", b"</env:").replace(b":s=", b":env=")
    ),
    "UTF-16": lambda: i.recherche().decode().encode("utf-16"),
    "carte": _carte,
    "carte, requête HTTP": lambda: _http(i.echange(_carte(), feuille=None)),
    "Pro Santé Connect": lambda: _carte(qualifiant="PSC", signature=False),
}
VALIDES_DMP: dict[str, Fabrique] = {
    "TD2.1 en HTTP": lambda: _http(_alimentation()),
    "TD2.1 en HTTP, LF": lambda: _http(_alimentation(), "\n"),
    "TD2.1, multipart seul": lambda: _alimentation().requete.corps.octets,
    "TD2.1, CDA N1": lambda: _http(
        _alimentation(
            d.Alimentation(
                document=cda("N1"),
                fiche={
                    "formatCode": d.FICHE["formatCode"].replace(
                        "urn:ihe:lab:xd-lab:2008", "urn:ihe:iti:xds-sd:pdf:2008"
                    )
                },
            )
        )
    ),
    "TD2.1, partie racine seule": lambda: _partie_racine(_alimentation()),
    "TD3.1, corps seul": lambda: d.td31(d.ACTIFS, vihf=_instant()).requete.corps.octets,
    "TD3.1 en HTTP": lambda: _http(d.td31(d.ACTIFS, vihf=_instant())),
    "TD3.2": lambda: _http(d.td32(vihf=_instant())),
    "TD3.3c": lambda: _http(d.td33c(vihf=_instant())),
    "TD0.2": lambda: d.td02(vihf=_instant()).requete.corps.octets,
    "TD0.3": lambda: d.td03(vihf=_instant()).requete.corps.octets,
}


@cache
def _valide_insi(nom: str) -> Examen:
    return _insi(VALIDES_INSI[nom]())


@cache
def _valide_dmp(nom: str) -> Examen:
    return _dmp(VALIDES_DMP[nom]())


@pytest.mark.parametrize("nom", VALIDES_INSI)
def test_insi_valide(nom: str) -> None:
    """Une demande INSi conforme, sous toutes les formes d'un fichier, ne lève aucune alerte."""
    assert _valide_insi(nom).verdict is Verdict.CONFORME, en_texte(_valide_insi(nom))


@pytest.mark.parametrize("nom", VALIDES_DMP)
def test_dmp_valide(nom: str) -> None:
    """Une demande au DMP conforme, sous toutes les formes d'un fichier, ne lève aucune alerte (documents à part)."""
    assert propre(_valide_dmp(nom)) is Verdict.CONFORME, en_texte(_valide_dmp(nom))


def test_rien_de_ce_qui_manque_n_est_juge() -> None:
    """Sans connexion, en-têtes ni heure, leurs règles ne rendent aucun constat, et le périmètre le dit."""
    for examen in (_valide_insi("corps seul"), _valide_dmp("TD3.1, corps seul")):
        codes = {constat.code for constat in examen.constats}
        absents = {code for code in codes if "-TLS-" in code or "-HTTP-" in code or "-SEQ-" in code}
        assert absents | (codes & {"INSI-CTX-05", "INSI-WSA-03", "DMP-SOAP-06", "DMP-VIHF-07"}) == set()
        dit = " ".join(examen.perimetre)
        for mot in ("connexion TLS", "ligne de requête", "en-têtes HTTP", "règles de suite", "aucun instant"):
            assert mot in dit
        assert all(constat.echanges == () for constat in examen.constats)


def test_les_en_tetes_presents_sont_juges() -> None:
    """Une requête HTTP entière voit sa ligne et ses en-têtes jugés."""
    codes = {constat.code for constat in _valide_insi("requête HTTP").constats}
    assert {"INSI-HTTP-01", "INSI-HTTP-02", "INSI-HTTP-03", "INSI-HTTP-04"} <= codes
    seuls = {constat.code for constat in _valide_insi("en-têtes sans ligne de requête").constats}
    assert {"INSI-HTTP-03", "INSI-HTTP-04"} <= seuls and not {"INSI-HTTP-01", "INSI-HTTP-02"} & seuls


def test_les_documents_d_une_alimentation_sont_examines() -> None:
    """Chaque document de santé est examiné par l'examinateur de son type ; la signature du lot n'en est pas un."""
    faux = cda().replace(b"290129999900192", b"290129999900100")
    examen = _dmp(_http(_alimentation(d.Alimentation(document=faux))))
    assert [nom for nom, _ in examen.inclus] == ["Doc1"]
    assert "CDA-PAT-03" in en_cause(examen.inclus[0][1])
    assert examen.verdict is Verdict.NON_CONFORME


def _change(fabriquer: Fabrique, ancien: str, nouveau: str) -> Fabrique:
    def change() -> bytes:
        octets = fabriquer()
        assert ancien.encode() in octets, ancien
        return octets.replace(ancien.encode(), nouveau.encode(), 1)

    return change


def _r(ancien: str, nouveau: str) -> Fabrique:
    return _change(i.recherche, ancien, nouveau)


def _h(ancien: str, nouveau: str) -> Fabrique:
    return _change(lambda: _http(i.echange()), ancien, nouveau)


def _vieille() -> bytes:
    return aides.enveloppe(_TRAITS, entetes=aides.bam() + aides.lps(temps=aides.maintenant(timedelta(hours=-1))))


def _deplacer_corps(octets: bytes) -> bytes:
    """Le corps avant l'en-tête."""
    debut, fin = octets.index(b"<s:Header>"), octets.index(b"</s:Header>") + len(b"</s:Header>")
    reste = octets[:debut] + octets[fin:]
    return reste.replace(b"</s:Envelope>", octets[debut:fin] + b"</s:Envelope>")


_ACTION_EN_TROP = '<wsa:Action xmlns:wsa="http://www.w3.org/2005/08/addressing">urn:autre</wsa:Action>'
MUTANTS_INSI: dict[str, tuple[Fabrique, set[str]]] = {
    "mal formée": (lambda: i.recherche()[:-4], {"SOAP-LEC-01"}),
    "DOCTYPE": (lambda: b"<!DOCTYPE a []>" + i.recherche(), {"SOAP-LEC-01"}),
    "autre racine": (lambda: b"<a/>", {"SOAP-LEC-01"}),
    "en-têtes sans fin": (lambda: b"POST /lps HTTP/1.1\r\nHost: x\r\n<a/>", {"SOAP-LEC-01"}),
    "gzip abîmé": (lambda: _avec_corps(i.echange(), b"\x1f\x8bxxx", "Content-Encoding: gzip"), {"SOAP-LEC-01"}),
    "réponse": (lambda: i.echange().reponse.corps.octets, {"SOAP-REP-01"}),  # type: ignore[union-attr]
    "réponse HTTP": (lambda: b"HTTP/1.1 500 Erreur\r\n\r\n" + i.recherche(), {"SOAP-REP-01"}),
    "corps avant l'en-tête": (
        lambda: _deplacer_corps(i.recherche()),
        {"SOAP-ENV-01"},
    ),
    "deux corps": (_r("</s:Body>", "</s:Body><s:Body/>"), {"SOAP-ENV-01"}),
    "bloc d'en-tête sans espace de noms": (_r("<s:Header>", "<s:Header><Trace/>"), {"SOAP-ENV-01"}),
    "deux actions": (_r("</s:Header>", _ACTION_EN_TROP + "</s:Header>"), {"INSI-WSA-01"}),
    "GET": (_h("POST", "GET"), {"INSI-HTTP-01"}),
    "autre chemin": (_h("/lps HTTP", "/autre HTTP"), {"INSI-HTTP-02"}),
    "text/xml": (_h("application/soap+xml", "text/xml"), {"INSI-HTTP-03"}),
    "action HTTP différente": (_h('AvecTraitsIdentite"', 'AvecCarteVitale"'), {"INSI-HTTP-04"}),
    "SOAP 1.1": (lambda: aides.enveloppe(_TRAITS, soap=aides.SOAP11), {"INSI-SOAP-01"}),
    "deux contenus": (lambda: aides.enveloppe(_TRAITS * 2), {"INSI-SOAP-02"}),
    "en-tête inconnu obligatoire": (
        lambda: aides.enveloppe(
            _TRAITS,
            entetes=aides.bam() + aides.lps() + f'<x:a xmlns:x="urn:x" xmlns:s="{aides.SOAP}" s:mustUnderstand="1"/>',
        ),
        {"INSI-SOAP-03"},
    ),
    "action d'une autre opération": (lambda: aides.enveloppe(_TRAITS, operation=aides.CARTE), {"INSI-WSA-01"}),
    "MessageID nu": (lambda: i.recherche(message_id="42"), {"INSI-WSA-02"}),
    "sans ContexteLPS": (lambda: aides.enveloppe(_TRAITS, entetes=aides.bam()), {"INSI-CTX-01"}),
    "version de contexte": (_r('"01_02"', '"01_01"'), {"INSI-CTX-03"}),
    "heures éloignées": (_vieille, {"INSI-CTX-05"}),
    "émetteurs différents": (
        lambda: aides.enveloppe(_TRAITS, entetes=aides.bam() + aides.lps(emetteur="autre")),
        {"INSI-CTX-06"},
    ),
    "sans IDAM": (_r(">SIMAUT000001<", "><"), {"INSI-CTX-02", "INSI-CTX-07"} - {"INSI-CTX-02"}),
    "prénom absent": (_r("<q:Prenom>ELOISE</q:Prenom>", ""), {"INSI-TRT-01"}),
    "nom en minuscules": (_r("AUBRIVAL", "Aubrival"), {"INSI-TRT-03"}),
    "sexe I": (_r("<q:Sexe>F", "<q:Sexe>I"), {"INSI-TRT-05"}),
    "date impossible": (_r("1979-04-23", "1979-02-30"), {"INSI-TRT-06"}),
    "lieu en clair": (lambda: i.recherche(lieu="PARIS"), {"INSI-TRT-07"}),
    "deux assertions": (lambda: _carte(s.insi() + s.insi(identifiant="_b8")), {"INSI-SAML-01"}),
    "assertion dans le corps": (
        lambda: _carte().replace(b"<q:NomNaissance>", s.insi(identifiant="_b8").encode() + b"<q:NomNaissance>"),
        {"SAML-XSW-01", "INSI-XSD-01"},
    ),
    "assertion à deux places": (
        lambda: _carte().replace(b"<q:NomNaissance>", s.insi(signature=False).encode() + b"<q:NomNaissance>"),
        {"SAML-XSW-01", "SAML-XSW-02", "INSI-SAML-02", "INSI-XSD-01"},
    ),
    "assertion retouchée": (_change(_carte, "990000001", "990000002"), {"INSI-SAML-02"}),
    "assertion d'un autre émetteur": (lambda: _carte(name_id="899900000002"), {"INSI-SAML-05", "INSI-CTX-06"}),
    "assertion antérieure à la demande": (lambda: _carte(emission=s.heure(-5000)), {"INSI-SAML-07"}),
}
MUTANTS_DMP: dict[str, tuple[Fabrique, set[str]]] = {
    "multipart sans fin": (lambda: _http(_alimentation())[:-30], {"SOAP-LEC-01"}),
    "frontière absente du corps": (
        _change(lambda: _http(_alimentation()), 'boundary="frontiere', 'boundary="autre'),
        {"SOAP-LEC-01"},
    ),
    "réponse du DMP": (lambda: d.td02().reponse.corps.octets, {"SOAP-REP-01"}),  # type: ignore[union-attr]
    "faute": (lambda: d.td31(reponse=d.FAUTE).reponse.corps.octets, {"SOAP-REP-01"}),  # type: ignore[union-attr]
    "text/xml": (_change(lambda: _http(d.td32(vihf=_instant())), "application/soap+xml", "text/xml"), {"DMP-SOAP-02"}),
    "sans ReplyTo": (
        lambda: (
            d.td32(
                vihf=_instant(),
                entetes="<w:MessageID>urn:uuid:2b9f7c11-0000-4000-8000-00000000c0de</w:MessageID>"
                "<w:To/><w:Action>urn:ihe:iti:2007:RetrieveDocumentSet</w:Action>",
            ).requete.corps.octets
        ),
        {"DMP-SOAP-03"},
    ),
    "action d'un autre corps": (
        lambda: d.td32(vihf=_instant(), action="urn:ihe:iti:2007:RegistryStoredQuery").requete.corps.octets,
        {"DMP-SOAP-04"},
    ),
    "MessageID nu": (lambda: d.td32(vihf=_instant(), message_id="42").requete.corps.octets, {"DMP-SOAP-05"}),
    "sans VIHF": (lambda: d.td32(assertion="").requete.corps.octets, {"DMP-SOAP-07", "DMP-VIHF-01"}),
    "VIHF retouché": (
        _change(lambda: d.td32(vihf=_instant()).requete.corps.octets, "BIOLOGUE", "MALOGUE"),
        {"DMP-VIHF-01"},
    ),
    "TD2.1 sans MTOM": (
        lambda: _http(_alimentation(d.Alimentation(en_ligne=True))),
        {"DMP-MTOM-01", "DMP-MTOM-02", "DMP-SIG-04"},
    ),
    "document absent": (
        lambda: _http(_alimentation(d.Alimentation(piece="ailleurs@banc"))),
        {"DMP-MTOM-02", "DMP-SIG-05"},
    ),
    "patient du lot différent": (
        lambda: _http(
            _alimentation(d.Alimentation(vihf={"ressource": "190129999900184^^^&1.2.250.1.213.1.4.10&ISO^NH"}))
        ),
        {"DMP-VIHF-31", "DMP-COH-17"},
    ),
    "recherche pour un autre patient": (
        lambda: (
            d.td31(
                d.ACTIFS, vihf=_instant(), patient="'190129999900184^^^&amp;1.2.250.1.213.1.4.10&amp;ISO^NH'"
            ).requete.corps.octets
        ),
        {"DMP-RECH-01"},
    ),
    "certificat expiré": (
        lambda: d.td32(vihf={"instant": "2020-01-01T00:00:00Z"}).requete.corps.octets,
        {"SAML-CRT-02"},
    ),
}


@cache
def _mutant_insi(nom: str) -> Examen:
    return _insi(MUTANTS_INSI[nom][0]())


@cache
def _mutant_dmp(nom: str) -> Examen:
    return _dmp(MUTANTS_DMP[nom][0]())


@pytest.mark.parametrize("nom", MUTANTS_INSI)
def test_insi_mutant(nom: str) -> None:
    """Un défaut d'une demande INSi est pris par son code, et par lui seul."""
    assert en_cause(_mutant_insi(nom)) == MUTANTS_INSI[nom][1], en_texte(_mutant_insi(nom))


@pytest.mark.parametrize("nom", MUTANTS_DMP)
def test_dmp_mutant(nom: str) -> None:
    """Un défaut d'une demande au DMP est pris par son code, et par lui seul."""
    assert en_cause(_mutant_dmp(nom)) == MUTANTS_DMP[nom][1], en_texte(_mutant_dmp(nom))


def test_une_reponse_est_non_concluante() -> None:
    """Une réponse est reconnue et dite : ni conforme, ni non conforme."""
    for examen in (_mutant_insi("réponse"), _mutant_dmp("réponse du DMP"), _mutant_dmp("faute")):
        assert examen.verdict is Verdict.NON_CONCLUANT


def test_fraicheur_a_l_instant_donne() -> None:
    """Avec une heure de contrôle, heure des contextes, fraîcheur et validité sont jugées."""
    maintenant = ContexteControle(a_l_instant=datetime.now(UTC))
    plus_tard = ContexteControle(a_l_instant=datetime.now(UTC) + timedelta(hours=2))
    assert _insi(_carte(), maintenant).verdict is Verdict.CONFORME
    assert en_cause(_insi(_carte(), plus_tard)) == {"INSI-CTX-05", "INSI-SAML-07"}
    requete = d.td32(vihf=_instant()).requete.corps.octets
    assert _dmp(requete, maintenant).verdict is Verdict.CONFORME
    assert en_cause(_dmp(requete, plus_tard)) == {"DMP-VIHF-07"}


def test_autorite_donnee() -> None:
    """Le signataire est rapproché des autorités données, INSi et DMP."""
    autorite = ContexteControle(ancres=(s.AUTORITE,))
    assert en_cause(_insi(_carte(), autorite)) == {"SAML-CRT-01"}
    assert _insi(_carte(), ContexteControle(ancres=(s.porteur().der,))).verdict is Verdict.CONFORME
    assert _dmp(d.td32(vihf=_instant()).requete.corps.octets, autorite).verdict is Verdict.CONFORME


def test_regles_soap() -> None:
    """Les règles de lecture ont leurs deux exemples."""
    assert {code for code in REGLES if code.startswith("SOAP-")} == {
        "SOAP-LEC-01", "SOAP-REP-01", "SOAP-ENV-01",
    }  # fmt: skip
    assert any(c.code == "SOAP-LEC-01" and c.verdict is Verdict.CONFORME for c in _valide_insi("corps seul").constats)


_RIRES = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(10))
_BOMBE = gzip.compress(b"<a>" + b" " * 200_000_000)
HOSTILES: dict[str, tuple[Fabrique, Verdict]] = {
    "vide": (lambda: b"", Verdict.NON_CONFORME),
    "XXE": (lambda: b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>', Verdict.NON_CONFORME),
    "milliard de rires": (lambda: f"<!DOCTYPE a [{_RIRES}]><a>&l9;</a>".encode(), Verdict.NON_CONFORME),
    "imbrication": (lambda: b"<a>" * 200_000, Verdict.NON_CONCLUANT),
    "soixante-dix mégaoctets": (lambda: b"<a>" + b"x" * 70_000_000, Verdict.NON_CONCLUANT),
    "enveloppe de vingt mégaoctets": (lambda: i.recherche() + b" " * 20_000_000, Verdict.NON_CONCLUANT),
    "texte de dix mégaoctets": (_r("ELOISE", "E" * 10_000_000), Verdict.NON_CONCLUANT),
    "bombe gzip": (lambda: _avec_corps(i.echange(), _BOMBE, "Content-Encoding: gzip"), Verdict.NON_CONCLUANT),
    "en-têtes sans fin": (lambda: b"POST /lps HTTP/1.1\r\n" + b"A: b\r\n" * 100_000, Verdict.NON_CONCLUANT),
    "encodage inconnu": (lambda: b'<?xml version="1.0" encoding="klingon"?><a/>', Verdict.NON_CONFORME),
    "mille parties": (
        lambda: b"--f\r\nContent-Type: text/xml\r\n\r\n<a/>\r\n" * 1000 + b"--f--\r\n",
        Verdict.NON_CONFORME,
    ),
    "base64 géant": (
        lambda: _alimentation(d.Alimentation(en_ligne=True)).requete.corps.octets.replace(
            base64.b64encode(cda())[:40], b"A" * 12_000_000
        ),
        Verdict.NON_CONCLUANT,
    ),
    "octets nuls": (lambda: b"\x00" * 100_000, Verdict.NON_CONFORME),
}


@pytest.mark.parametrize("nom", HOSTILES)
@pytest.mark.parametrize("examiner", [examiner_soap_insi, examiner_soap_dmp])
def test_hostile(nom: str, examiner: Callable[[bytes, ContexteControle], Examen]) -> None:
    """Un fichier hostile est refusé ou dit au-delà des limites, en temps borné, sans exception."""
    fabriquer, attendu = HOSTILES[nom]
    octets = fabriquer()
    debut = time.perf_counter()
    examen = examiner(octets, ContexteControle())
    assert time.perf_counter() - debut < HOSTILE_S
    assert examen.verdict is attendu, en_texte(examen)


@settings(max_examples=60)
@given(st.binary(max_size=300))
def test_octets_quelconques(octets: bytes) -> None:
    """Aucun octet ne fait lever l'examen."""
    assert _insi(octets).verdict is not Verdict.CONFORME
    assert _dmp(octets).verdict is not Verdict.CONFORME


_TETES = st.sampled_from(
    [
        b"POST /lps HTTP/1.1\r\n",
        b"HTTP/1.1 200 OK\n",
        b"Content-Type: ",
        b"multipart/related; boundary=f",
        b"\r\n",
        b"\n",
        b"--f\r\n",
        b"--f--",
        b"Transfer-Encoding: chunked\r\n",
        b"5\r\n",
        b"<a/>",
        b"Content-Encoding: gzip\r\n",
        b"Content-ID: <a>\r\n",
    ]
)


@settings(max_examples=100)
@given(st.lists(_TETES | st.binary(max_size=10), max_size=12))
def test_enveloppe_http_quelconque(morceaux: list[bytes]) -> None:
    """Des morceaux de HTTP et de MIME, dans n'importe quel ordre, ne font pas lever l'examen."""
    _dmp(b"".join(morceaux))


_INTACTE = i.recherche()


@settings(max_examples=60)
@given(st.integers(min_value=0), st.binary(min_size=1, max_size=6))
def test_demande_abimee(position: int, morceau: bytes) -> None:
    """Une demande dont quelques octets changent ne fait pas lever l'examen."""
    rang = position % len(_INTACTE)
    _insi(_INTACTE[:rang] + morceau + _INTACTE[rang + len(morceau) :])

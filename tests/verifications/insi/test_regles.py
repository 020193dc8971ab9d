"""Chaque règle INSi est respectée par un bon échange et enfreinte par un mauvais ; les variantes admises passent."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from lxml import etree

from reports.constat import Confiance
from reports.verdict import Verdict
from simulators.socle.echange import Echange
from steps.verifications.insi import ContexteInsi, PatientConnu, verifier_requetes_insi
from steps.verifications.registre import REGISTRE, REGLES
from tests.simulators.insi import aides
from tests.verifications.insi import fabrique as f

NC, AV = Verdict.NON_CONFORME, Verdict.A_VERIFIER
TROIS = PatientConnu("AUBRIVAL", ("ELOISE", "ANNE", "ROSE"), "F", "1979-04-23")
IDAM = ContexteInsi(idam="SIMAUT000001")
TROIS_PRENOMS = ContexteInsi(patients=(TROIS,))
VITALE = aides.carte(individu="1790499999001", assure="1790499999001", date="1979-04-23")


def _autre_patient() -> list[Echange]:
    return [f.echange(f.recherche(nom="BREVILLIERS"))]


def _par_vitale(nom: str) -> list[Echange]:
    return _corps(aides.carte(individu="1790499999001", date="1979-04-23", nom=nom), aides.CARTE)


def _corps(contenu: str, operation: str = aides.TRAITS, **choix: object) -> list[Echange]:
    message = aides.enveloppe(contenu, operation=operation, **choix)  # type: ignore[arg-type]
    return [f.echange(message, operation=operation)]


def _traits(**changes: str | None) -> list[Echange]:
    valeurs = {"nom": "AUBRIVAL", "prenom": "ELOISE", "sexe": "F", "date": "1979-04-23", "lieu": None, **changes}
    return _corps(aides.traits(**valeurs))


def _message(ancien: str, nouveau: str, fois: int = -1) -> list[Echange]:
    return [f.echange(f.remplacer(ancien, nouveau, fois=fois))]


def _ins(oid: str | None = "1.2.250.1.213.1.4.10", cle: str | None = None) -> str:
    ligne_oid = f"<v:OID>{oid}</v:OID>" if oid else ""
    ligne_cle = f"<v:Cle>{cle}</v:Cle>" if cle else ""
    return (
        '<v:IndividuVerifie xmlns:v="http://www.cnamts.fr/INSiLot2/REQUnitaire"><v:INSFourni><v:IdIndividu>'
        f"<v:NumIdentifiant>1790499999001</v:NumIdentifiant>{ligne_cle}</v:IdIndividu>{ligne_oid}</v:INSFourni>"
        "<v:TraitsIdentiteIndividu><v:NomNaissance>AUBRIVAL</v:NomNaissance></v:TraitsIdentiteIndividu>"
        "</v:IndividuVerifie>"
    )


def _renommer(message: bytes) -> bytes:
    return message.replace(b"<s:", b"<env:").replace(b"</s:", b"</env:").replace(b":s=", b":env=")


def _sans_lps() -> list[Echange]:
    return _corps(aides.traits("A", "B", "F", "1979-04-23"), entetes=aides.bam())


def _meme_message_id() -> list[Echange]:
    identifiant = "uuid:2b9f7c11-0000-4000-8000-00000000c0de"
    essais = f.suite(("ELOISE", "01"), ("ANNE", "00"))
    return [
        replace(e, requete=f.echange(f.recherche(p, message_id=identifiant)).requete)
        for e, p in zip(essais, ("ELOISE", "ANNE"), strict=True)
    ]


def _memes_contextes() -> list[Echange]:
    entetes = aides.bam(identifiant="8f0c2a3e-5f2b-4a4e-9c43-0f5ad21b7a10") + aides.lps()
    return [
        replace(f.echange(f.recherche(p, entetes=entetes), code=c), numero=n)
        for n, (p, c) in enumerate((("ELOISE", "01"), ("ANNE", "00")), start=1)
    ]


def _instances() -> list[Echange]:
    return [
        replace(f.echange(f.recherche(p, entetes=aides.bam() + aides.lps(instance=i)), code=c), numero=n)
        for n, (p, c, i) in enumerate((("ELOISE", "01", "un"), ("ANNE", "00", "deux")), start=1)
    ]


def _assertion(changer: Callable[[etree._Element], None]) -> list[Echange]:
    """Mode carte, assertion changée avant d'être signée."""
    element = aides.assertion(name_id=f.PS, emetteur=f.carte().certificat.subject.rfc4514_string())
    changer(element)
    entetes = aides.bam(emetteur=f.PS) + aides.lps(emetteur=f.PS)
    signee = aides.signer(element, f.carte())
    message = aides.enveloppe(
        aides.traits("AUBRIVAL", "ELOISE", "F", "1979-04-23"), entetes=entetes, securite=aides.securite(signee)
    )
    return [f.echange(message, feuille=None)]


def _psc(*, signee: bool) -> list[Echange]:
    element = aides.assertion(name_id=f.PS, emetteur="PSC", qualifiant="PSC")
    noeud = aides.signer(element, f.carte()) if signee else element
    entetes = aides.bam(emetteur=f.PS) + aides.lps(emetteur=f.PS)
    message = aides.enveloppe(
        aides.traits("AUBRIVAL", "ELOISE", "F", "1979-04-23"), entetes=entetes, securite=aides.securite(noeud)
    )
    return [f.echange(message, feuille=None)]


def _par_l_api(*, assertion: bool) -> list[Echange]:
    """Par l'API Pro Santé Connectée : certificat d'organisation, jeton lié, avec ou sans assertion."""
    [avec] = _psc(signee=False)
    entetes = aides.bam(emetteur=f.PS) + aides.lps(emetteur=f.PS)
    nu = aides.enveloppe(aides.traits("AUBRIVAL", "ELOISE", "F", "1979-04-23"), entetes=entetes)
    message = avec.requete.corps.octets if assertion else nu
    notes = {"voie": "api_psc", "jeton_etat": "valide", "jeton_identifiant": f.PS}
    return [replace(f.echange(message, feuille=f.certificat(cn="LABORATOIRE DU BANC")), notes=notes)]


def _retouchee() -> list[Echange]:
    [bon] = [f.par_carte()]
    corps = bon.requete.corps.octets.replace(b"SA25", b"SA26", 1)
    return [replace(bon, requete=f.echange(corps).requete)]


def _sha1(echange: Echange) -> list[Echange]:
    corps = echange.requete.corps.octets.replace(b"2001/04/xmldsig-more#rsa-sha256", b"2000/09/xmldsig#rsa-sha1", 1)
    return [replace(echange, requete=f.echange(corps).requete)]


def _interdit(**attribut: object) -> ContexteInsi:
    return ContexteInsi(patients=(replace(TROIS, **attribut),))  # type: ignore[arg-type]


# code de la règle → verdict attendu du manquement, échanges, contexte
DEFAUTS: list[tuple[str, str, Verdict, Callable[[], list[Echange]], ContexteInsi]] = [
    ("INSI-TLS-01", "TLS 1.1", AV, lambda: [f.echange(version_tls="TLSv1.1")], IDAM),
    ("INSI-TLS-02", "Insi-Auto", NC, lambda: [f.echange(feuille=f.certificat("Insi-Auto"))], IDAM),
    ("INSI-TLS-02", "INSI_AUTO", NC, lambda: [f.echange(feuille=f.certificat("INSI_AUTO"))], IDAM),
    ("INSI-TLS-03", "autre autorité", NC, lambda: [f.echange(feuille=f.certificat(ac="AC DU COIN"))], IDAM),
    ("INSI-TLS-04", "expiré", NC, lambda: [f.echange(feuille=f.certificat(fin=-1))], IDAM),
    ("INSI-TLS-04", "pas encore valable", NC, lambda: [f.echange(feuille=f.certificat(debut=2))], IDAM),
    ("INSI-TLS-05", "serverAuth", NC, lambda: [f.echange(feuille=f.certificat(usage="serveur"))], IDAM),
    ("INSI-TLS-06", "assertion avec certificat", AV, lambda: [replace(f.par_carte(), tls=f.echange().tls)], IDAM),
    ("INSI-HTTP-01", "PUT", NC, lambda: [f.echange(methode="PUT")], IDAM),
    ("INSI-HTTP-02", "autre chemin", NC, lambda: [f.echange(cible="/autre")], IDAM),
    ("INSI-HTTP-03", "text/xml", NC, lambda: [f.echange(type_contenu="text/xml; charset=utf-8")], IDAM),
    ("INSI-HTTP-03", "absent", NC, lambda: [f.echange(type_contenu="")], IDAM),
    ("INSI-HTTP-03", "latin-1", NC, lambda: [f.echange(type_contenu="application/soap+xml; charset=latin1")], IDAM),
    ("INSI-HTTP-04", "autre action", NC, lambda: [f.echange(type_contenu=aides.type_contenu(aides.CARTE))], IDAM),
    ("INSI-HTTP-04", "action absente", AV, lambda: [f.echange(type_contenu="application/soap+xml")], IDAM),
    ("INSI-SOAP-01", "SOAP 1.1", NC, lambda: [f.echange(f.recherche(soap=aides.SOAP11))], IDAM),
    ("INSI-SOAP-01", "mal formé", NC, lambda: [f.echange(b"<s:Envelope")], IDAM),
    ("INSI-SOAP-01", "DTD", NC, lambda: [f.echange(b"<!DOCTYPE a><a/>")], IDAM),
    ("INSI-SOAP-02", "inconnu", NC, lambda: _corps("<x/>"), IDAM),
    ("INSI-SOAP-02", "deux", NC, lambda: _corps(VITALE + VITALE), IDAM),
    ("INSI-SOAP-03", "en-tête", AV, lambda: _message(
        "</s:Header>", '<x:R xmlns:x="urn:x" s:mustUnderstand="1"/></s:Header>'), IDAM),
    ("INSI-WSA-01", "action", NC, lambda: _message(aides.TRAITS, aides.CARTE), IDAM),
    ("INSI-WSA-02", "numéro", NC, lambda: [f.echange(f.recherche(message_id="1234"))], IDAM),
    ("INSI-WSA-03", "MessageID repris", NC, _meme_message_id, IDAM),
    ("INSI-CTX-01", "sans ContexteLPS", NC, _sans_lps, IDAM),
    ("INSI-CTX-01", "deux ContexteLPS", NC, lambda: _corps(
        aides.traits("A", "B", "F", "1979-04-23"), entetes=aides.bam() + aides.lps() + aides.lps()), IDAM),
    ("INSI-CTX-02", "sans COUVERTURE", NC, lambda: _message("<b:COUVERTURE/>", ""), IDAM),
    ("INSI-CTX-02", "ordre", NC, lambda: _message("<l:Version>1.0</l:Version>", ""), IDAM),
    ("INSI-CTX-03", "version", NC, lambda: _message('Version="01_02"', 'Version="01_00"'), IDAM),
    ("INSI-CTX-04", "Id", NC, lambda: [f.echange(f.recherche(entetes=aides.bam(identifiant="7") + aides.lps()))], IDAM),
    ("INSI-CTX-05", "en avance", AV, lambda: [f.echange(f.recherche(
        entetes=aides.bam(temps=aides.maintenant(timedelta(minutes=6))) + aides.lps()))], IDAM),
    ("INSI-CTX-05", "sans fuseau", AV, lambda: [f.echange(f.recherche(
        entetes=aides.bam(temps=aides.maintenant()[:-1]) + aides.lps()))], IDAM),
    ("INSI-CTX-06", "autre structure", NC, lambda: [f.echange(f.recherche(
        entetes=aides.bam(emetteur="1990000009") + aides.lps(emetteur="1990000009")))], IDAM),
    ("INSI-CTX-06", "différents", NC, lambda: [f.echange(f.recherche(
        entetes=aides.bam() + aides.lps(emetteur="1990000009")))], IDAM),
    ("INSI-CTX-06", "absents", AV, lambda: [f.echange(re.sub(rb"<(.):Emetteur>.*?</.:Emetteur>", b"", f.recherche()))],
     IDAM),
    ("INSI-CTX-07", "autre IDAM", NC, lambda: [f.echange()], ContexteInsi(idam="AUTRE0000001")),
    ("INSI-CTX-07", "R absent", NC, lambda: _message(' R="4"', ""), IDAM),
    ("INSI-CTX-08", "nom", AV, lambda: _message("urn:lps:banc:1.0", "banc"), IDAM),
    ("INSI-CTX-09", "Id repris", NC, _memes_contextes, IDAM),
    ("INSI-CTX-10", "instance changeante", AV, _instances, IDAM),
    ("INSI-SAML-01", "aucune", NC, lambda: [f.echange(feuille=None)], IDAM),
    ("INSI-SAML-02", "retouchée", NC, _retouchee, IDAM),
    ("INSI-SAML-02", "non signée", NC, lambda: [f.echange(aides.enveloppe(
        aides.traits("A", "B", "F", "1979-04-23"),
        securite=aides.securite(aides.assertion(name_id=f.PS, emetteur="CN=x"))), feuille=None)], IDAM),
    ("INSI-SAML-03", "SHA-1", NC, lambda: _sha1(f.par_carte()), IDAM),
    ("INSI-SAML-04", "expiré", NC, lambda: [f.par_carte(f.carte(fin=-1))], IDAM),
    ("INSI-SAML-04", "pas fait pour signer", NC, lambda: [f.par_carte(f.carte(signature=False))], IDAM),
    ("INSI-SAML-05", "autre professionnel", NC, lambda: [f.par_carte(name_id="899999999999")], IDAM),
    ("INSI-SAML-06", "autre sujet", NC, lambda: [f.par_carte(emetteur="CN=AUTRE,C=FR")], IDAM),
    ("INSI-SAML-07", "deux heures", NC, lambda: [f.par_carte(emission=aides.maintenant(timedelta(hours=-2)))], IDAM),
    ("INSI-SAML-11", "qualifiant en minuscules", AV, lambda: [f.par_carte(qualifiant="cps")], IDAM),
    ("INSI-SAML-12", "secteur nu", AV, lambda: [f.par_carte(attributs={
        "identifiantFacturation": "990000001", "secteurActivite": "25"})], IDAM),
    ("INSI-SAML-08", "sans secteur", AV, lambda: [f.par_carte(attributs={
        "identifiantFacturation": "990000001"})], IDAM),
    ("INSI-SAML-09", "version", NC, lambda: _assertion(lambda a: a.set("Version", "1.1")), IDAM),
    ("INSI-SAML-10", "PSC signée", AV, lambda: _psc(signee=True), IDAM),
    ("INSI-XSD-01", "ordre", NC, lambda: _message(
        "<q:Prenom>ELOISE</q:Prenom><q:Sexe>F</q:Sexe>", "<q:Sexe>F</q:Sexe><q:Prenom>ELOISE</q:Prenom>"), IDAM),
    ("INSI-XSD-01", "date", NC, lambda: _traits(date="23/04/1979"), IDAM),
    ("INSI-XSD-01", "inconnu", NC, lambda: _message("</q:Sexe>", "</q:Sexe><q:Age>3</q:Age>"), IDAM),
    ("INSI-TRT-01", "sans nom", NC, lambda: _traits(nom=None), IDAM),
    ("INSI-TRT-01", "prénom vide", NC, lambda: _traits(prenom=""), IDAM),
    ("INSI-TRT-02", "deux Prenom", NC, lambda: _message("</q:Prenom>", "</q:Prenom><q:Prenom>ANNE</q:Prenom>"), IDAM),
    ("INSI-TRT-03", "minuscules", AV, lambda: _traits(nom="Aubrival"), IDAM),
    ("INSI-TRT-03", "accent", AV, lambda: _traits(nom="AUBRIVÀL"), IDAM),
    ("INSI-TRT-03", "apostrophe typographique", AV, lambda: _traits(nom="D’AUBRIVAL"), IDAM),
    ("INSI-TRT-03", "espace en tête", AV, lambda: _traits(nom=" AUBRIVAL"), IDAM),
    ("INSI-TRT-03", "tiret en tête", AV, lambda: _traits(nom="-AUBRIVAL"), IDAM),
    ("INSI-TRT-03", "deux espaces", AV, lambda: _traits(nom="DE  AUBRIVAL"), IDAM),
    ("INSI-TRT-03", "espace et apostrophe", AV, lambda: _traits(nom="D' AUBRIVAL"), IDAM),
    ("INSI-TRT-04", "ligature", AV, lambda: _traits(prenom="CŒLINE"), IDAM),
    ("INSI-TRT-04", "double tiret", AV, lambda: _traits(prenom="JEAN--PAUL"), IDAM),
    ("INSI-TRT-04", "tiret final", AV, lambda: _traits(prenom="JEAN-"), IDAM),
    ("INSI-TRT-05", "I", NC, lambda: _traits(sexe="I"), IDAM),
    ("INSI-TRT-06", "30 février", AV, lambda: _traits(date="1979-02-30"), IDAM),
    ("INSI-TRT-06", "jour 00", AV, lambda: _traits(date="1979-02-00"), IDAM),
    ("INSI-TRT-07", "code postal libellé", NC, lambda: _traits(lieu="CLERMONT"), IDAM),
    ("INSI-TRT-07", "vide", NC, lambda: _traits(lieu=""), IDAM),
    ("INSI-CAR-01", "sans matricule", AV, lambda: _corps(aides.carte(date="1979-04-23"), aides.CARTE), IDAM),
    ("INSI-MAT-01", "clé fausse", NC, lambda: _corps(_ins(cle="99"), aides.VERIFICATION), IDAM),
    ("INSI-MAT-01", "clé de l'individu fausse, par carte", NC, lambda: _corps(VITALE.replace(
        "</q:NumIdentifiant>", "</q:NumIdentifiant><q:Cle>99</q:Cle>", 1), aides.CARTE), IDAM),
    ("INSI-MAT-02", "sans OID", NC, lambda: _corps(_ins(oid=None), aides.VERIFICATION), IDAM),
    ("INSI-MAT-02", "INS-C", NC, lambda: _corps(_ins(oid="1.2.250.1.213.1.4.2"), aides.VERIFICATION), IDAM),
    ("INSI-SEQ-01", "tous d'abord", NC, lambda: f.suite(("ELOISE ANNE ROSE", "00")), TROIS_PRENOMS),
    ("INSI-SEQ-01", "deuxième sauté", NC, lambda: f.suite(("ELOISE", "01"), ("ROSE", "00")), TROIS_PRENOMS),
    ("INSI-SEQ-01", "prénom étranger", NC, lambda: f.suite(("ELOISE", "01"), ("LOLA", "00")), TROIS_PRENOMS),
    ("INSI-SEQ-01", "après 01, tous", NC, lambda: f.suite(("ELOISE", "01"), ("ELOISE ANNE ROSE", "00")), TROIS_PRENOMS),
    ("INSI-SEQ-02", "après 00", NC, lambda: f.suite(("ELOISE", "00"), ("ANNE", "01")), TROIS_PRENOMS),
    ("INSI-SEQ-02", "après une faute", NC, lambda: f.suite(("ELOISE", None), ("ANNE", "00")), TROIS_PRENOMS),
    ("INSI-SEQ-03", "abandon", NC, lambda: f.suite(("ELOISE", "01"), ("ANNE", "01")), TROIS_PRENOMS),
    ("INSI-SEQ-03", "sans tous", NC, lambda: f.suite(("ELOISE", "01"), ("ANNE", "01"), ("ROSE", "01")), TROIS_PRENOMS),
    ("INSI-SEQ-04", "redemande", AV, lambda: f.suite(("ELOISE", "00"), ("ELOISE", "00")), IDAM),
    ("INSI-SEQ-05", "sans fin", AV, lambda: f.suite(*[("ELOISE", None)] * 4), IDAM),
    ("INSI-SEQ-06", "douteux", NC, lambda: f.suite(("ELOISE", "00")), _interdit(appel_interdit="douteux")),
    ("INSI-SEQ-06", "douteux, par sa carte", NC, lambda: _par_vitale("AUBRIVAL"), _interdit(appel_interdit="douteux")),
    ("INSI-SEQ-06", "douteux, par une carte sans nom", NC, lambda: _par_vitale(""),
     _interdit(appel_interdit="douteux")),
    ("INSI-SEQ-07", "ApCV", AV, lambda: f.suite(("ELOISE", "00")), _interdit(apcv=True)),
]  # fmt: skip


# Variantes légitimes : aucune ne doit produire autre chose que des constats conformes.
ADMIS: list[tuple[str, Callable[[], list[Echange]], ContexteInsi]] = [
    ("nominal", lambda: [f.echange()], IDAM),
    ("TLS 1.2", lambda: [f.echange(version_tls="TLSv1.2")], IDAM),
    ("INSI-MANU", lambda: [f.echange(feuille=f.certificat("INSI-MANU"))], IDAM),
    ("certificat de production", lambda: [f.echange(feuille=f.certificat(ac=f.AC.removeprefix("TEST ")))], IDAM),
    ("certificat sans extendedKeyUsage", lambda: [f.echange(feuille=f.certificat(usage=None))], IDAM),
    ("IDAM non déclaré", lambda: [f.echange()], ContexteInsi()),
    ("type de contenu autrement écrit", lambda: [f.echange(
        type_contenu=f"Application/Soap+XML; ACTION='{aides.ACTIONS}{aides.TRAITS}'".replace("'", '"'))], IDAM),
    ("urn:uuid:", lambda: [f.echange(f.recherche(message_id="urn:uuid:2B9F7C11-0000-4000-8000-00000000C0DE"))], IDAM),
    ("préfixes", lambda: [f.echange(_renommer(f.recherche()))], IDAM),
    ("ordre des en-têtes", lambda: [f.echange(f.recherche(entetes=aides.lps() + aides.bam()))], IDAM),
    ("Nature absente", lambda: _message(' Nature="CTXBAM"', ""), IDAM),
    ("heure d'été", lambda: [f.echange(f.recherche(entetes=aides.bam(
        temps=aides.maintenant(timedelta(hours=2))[:-1] + "+02:00") + aides.lps()))], IDAM),
    ("avec lieu", lambda: _traits(lieu="63113"), IDAM),
    ("lieu en Corse", lambda: _traits(lieu="2B033"), IDAM),
    ("né à l'étranger", lambda: _traits(lieu="99134"), IDAM),
    ("apostrophe en tête, double tiret", lambda: _traits(nom="'USSELET--VIGNOLAS D'OR"), IDAM),
    ("prénom à deux mots", lambda: _traits(prenom="ANNE-LAURE D'ARC"), IDAM),
    ("carte", lambda: [f.par_carte()], IDAM),
    ("carte, DN à l'endroit", lambda: [f.par_carte(emetteur=f"C=FR,CN={f.PS}")], IDAM),
    ("carte, DN avec espaces", lambda: [f.par_carte(emetteur=f"CN={f.PS}, C=FR")], IDAM),
    ("carte, DN à barres", lambda: [f.par_carte(emetteur=f"/C=FR/CN={f.PS}")], IDAM),
    ("carte, codeSpecialite", lambda: [f.par_carte(attributs={
        "identifiantFacturation": "990000001", "secteurActivite": "SA07", "codeSpecialite": "SM26"})], IDAM),
    ("carte, codeSpecialiteAMO", lambda: [f.par_carte(attributs={
        "identifiantFacturation": "990000001", "secteurActivite": "SA07", "codeSpecialiteAMO": "01"})], IDAM),
    ("PSC", lambda: _psc(signee=False), IDAM),
    ("PSC, par l'API", lambda: _par_l_api(assertion=True), IDAM),
    ("PSC, par l'API, sans assertion", lambda: _par_l_api(assertion=False), IDAM),
    ("recherche par carte", lambda: _corps(VITALE, aides.CARTE), IDAM),
    ("vérification, clé absente", lambda: _corps(_ins(), aides.VERIFICATION), IDAM),
    ("vérification, clé juste", lambda: _corps(_ins(cle="68"), aides.VERIFICATION), IDAM),
    ("un prénom puis un autre", lambda: f.suite(("ELOISE", "01"), ("ANNE", "00")), TROIS_PRENOMS),
    ("jusqu'au bout", lambda: f.suite(
        ("ELOISE", "01"), ("ANNE", "01"), ("ROSE", "01"), ("ELOISE ANNE ROSE", "01")), TROIS_PRENOMS),
    ("02 puis lieu", lambda: f.suite(("ELOISE", "02"), ("ELOISE", "00", "63113")), TROIS_PRENOMS),
    ("02 puis tous", lambda: f.suite(("ELOISE", "02"), ("ELOISE ANNE ROSE", "00")), TROIS_PRENOMS),
    ("02 puis cumul", lambda: f.suite(("ELOISE", "02"), ("ELOISE ANNE", "00")), TROIS_PRENOMS),
    ("02 puis cumul, puis tous", lambda: f.suite(
        ("ELOISE", "02"), ("ELOISE ANNE", "02"), ("ELOISE ANNE ROSE", "00")), TROIS_PRENOMS),
    ("02 puis suivants, tous, lieu", lambda: f.suite(
        ("ELOISE", "02"), ("ANNE", "01"), ("ROSE", "01"), ("ELOISE ANNE ROSE", "02"),
        ("ELOISE ANNE ROSE", "00", "63113")), TROIS_PRENOMS),
    ("lieu dès le premier appel", lambda: f.suite(("ELOISE", "01", "63113"), ("ANNE", "00", "63113")), TROIS_PRENOMS),
    ("nouvelle recherche après une faute", lambda: f.suite(("ELOISE", None), ("ELOISE", "00")), TROIS_PRENOMS),
    ("même recherche par certificat puis par carte", lambda: [f.echange(), replace(f.par_carte(), numero=2)], IDAM),
    ("un seul prénom", lambda: f.suite(("ELOISE", "01")),
     ContexteInsi(patients=(replace(TROIS, prenoms=("ELOISE",)),))),
    ("patient bloqué non appelé", lambda: _autre_patient(), _interdit(appel_interdit="fictif")),
    ("patient bloqué, carte d'un autre né le même jour", lambda: _par_vitale("BREVILLIERS"),
     _interdit(appel_interdit="fictif")),
    ("patient ApCV non appelé", lambda: _autre_patient(), _interdit(apcv=True)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "verdict", "echanges", "contexte"),
    [(code, verdict, echanges, contexte) for code, _, verdict, echanges, contexte in DEFAUTS],
    ids=[f"{code} {nom}" for code, nom, *_ in DEFAUTS],
)
def test_regle_enfreinte(
    code: str, verdict: Verdict, echanges: Callable[[], list[Echange]], contexte: ContexteInsi
) -> None:
    """Le défaut est vu, avec le verdict que permet la source, et tout ce qu'il faut pour le corriger."""
    constats = verifier_requetes_insi(echanges(), contexte)
    [*trouves] = [constat for constat in constats if constat.code == code and constat.verdict is not Verdict.CONFORME]
    assert trouves, "\n".join(constat.en_texte() for constat in constats if constat.verdict is not Verdict.CONFORME)
    assert {constat.verdict for constat in trouves} == {verdict}
    for constat in trouves:
        assert constat.message
        assert constat.source
        assert constat.echanges
        assert constat.a_faire
        if constat.attendu:
            assert constat.recu
            assert constat.ou


@pytest.mark.parametrize(
    ("echanges", "contexte"),
    [(echanges, contexte) for _, echanges, contexte in ADMIS],
    ids=[nom for nom, *_ in ADMIS],
)
def test_variante_admise(echanges: Callable[[], list[Echange]], contexte: ContexteInsi) -> None:
    """Une écriture légitime ne donne que des constats conformes."""
    constats = verifier_requetes_insi(echanges(), contexte)
    autres = [constat.en_texte() for constat in constats if constat.verdict is not Verdict.CONFORME]
    assert not autres, "\n".join(autres)


def test_chaque_regle_a_son_bon_et_son_mauvais_exemple() -> None:
    """Toute règle INSi inscrite est respectée au moins une fois et enfreinte au moins une fois ci-dessus."""
    regles = {regle.code for nom, v in REGISTRE.items() if nom.startswith("insi.") for regle in v.regles}
    respectees = {
        constat.code for _, echanges, contexte in ADMIS for constat in verifier_requetes_insi(echanges(), contexte)
    }
    assert regles == {code for code, *_ in DEFAUTS}
    assert regles <= respectees


def test_confiance_et_verdict() -> None:
    """Aucune règle dont la source est secondaire ou déduite ne prononce une non-conformité."""
    for code, _, verdict, _, _ in DEFAUTS:
        sure = REGLES[code].confiance in (Confiance.OFFICIELLE, Confiance.DOCUMENTEE)
        assert sure or verdict is AV, code


def test_aucun_echange() -> None:
    """Zéro échange : non concluant, jamais conforme."""
    [constat] = verifier_requetes_insi([], IDAM)
    assert constat.verdict is Verdict.NON_CONCLUANT


def test_constats_conformes_reunis() -> None:
    """Vingt bons appels donnent un constat par règle, qui cite les vingt."""
    appels = [replace(f.echange(f.recherche(nom=f"NOM{chr(65 + n)}")), numero=n + 1) for n in range(20)]
    constats = verifier_requetes_insi(appels, IDAM)
    codes = [constat.code for constat in constats]
    assert len(codes) == len(set(codes))
    [tls] = [constat for constat in constats if constat.code == "INSI-TLS-01"]
    assert tls.echanges == tuple(range(1, 21))


@pytest.mark.parametrize(
    ("echanges", "code"),
    [
        (lambda: [f.echange(b"<oups", numero=n, code=None) for n in range(1, 6)], "INSI-SEQ-05"),
        (lambda: _traits(prenom=None), "INSI-SEQ-01"),
    ],
    ids=["cinq demandes illisibles ne sont pas la même", "une recherche sans prénom n'a pas de tour"],
)
def test_rien_n_est_dit_de_ce_qui_ne_se_lit_pas(echanges: Callable[[], list[Echange]], code: str) -> None:
    """Ce que la demande ne dit pas ne fonde ni manquement, ni conformité."""
    assert code not in {constat.code for constat in verifier_requetes_insi(echanges(), TROIS_PRENOMS)}


def test_une_demande_illisible_n_est_celle_de_personne() -> None:
    """Elle ne compte pas comme un appel pour la personne dont l'appel est bloqué."""
    constats = verifier_requetes_insi([f.echange(b"<oups", code=None)], _interdit(appel_interdit="douteux"))
    assert {c.verdict for c in constats if c.code == "INSI-SEQ-06"} == {Verdict.CONFORME}

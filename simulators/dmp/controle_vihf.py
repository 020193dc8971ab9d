"""Contrôle d'un VIHF tel que le DMP l'exige avant toute transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from cryptography import x509
from cryptography.x509.oid import NameOID
from lxml import etree

from simulators.dmp import erreurs
from simulators.dmp.reglages import Reglages
from simulators.dmp.vihf import Vihf, lire_instant, lire_vihf
from simulators.dmp.vihf_signature import ErreurSignature, meme_nom, verifier_signature
from simulators.socle.profils_certificats import Usage

MODES = frozenset({"DIRECTE", "INDIRECTE", "INDIRECTE_RENFORCEE"})
USAGES = frozenset({"normal", "bris_de_glace", "centre_15"})
NOMENCLATURE_USAGE = "1.2.250.1.213.1.1.4.248"
FORMAT_ISSUER = "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName"
CLASSES_AUTHENTIFICATION = "urn:oasis:names:tc:SAML:2.0:ac:classes:"
_OID_INS = frozenset(f"1.2.250.1.213.1.4.{suffixe}" for suffixe in (8, 9, 10, 11))
# Médecins et pharmaciens doivent porter leur spécialité ou leur section : nomenclature du second rôle.
_SECOND_ROLE = frozenset({"10", "21"})


class Autorite(Protocol):
    """Ce que le contrôle demande à l'IGC de test."""

    def anomalies(self, certificat: x509.Certificate, *, usage: Usage | None = None) -> list[str]: ...


def controler_vihf(
    assertion: etree._Element,
    *,
    igc: Autorite,
    certificat_tls: x509.Certificate | None,
    reglages: Reglages,
    maintenant: datetime,
) -> Vihf:
    """Rend le VIHF lu dans l'élément réellement signé, ou lève le `Refus` correspondant."""
    if certificat_tls is None:
        raise erreurs.certificat_invalide("aucun certificat client TLS.")
    _exiger(igc.anomalies(certificat_tls, usage=Usage.AUTHENTIFICATION), "certificat client TLS")
    try:
        signee = verifier_signature(assertion, sha1_accepte=reglages.sha1_accepte)
    except ErreurSignature as erreur:
        raise erreurs.vihf_non_signe(str(erreur)) from erreur
    _exiger(igc.anomalies(signee.certificat, usage=Usage.SIGNATURE), "certificat de signature du VIHF")
    # Les attributs ne se lisent que dans ce qui est signé ; la signature elle-même en a été retirée par la
    # transformation « enveloped », d'où la reprise de ce qu'elle porte sur l'assertion d'origine.
    vihf = lire_vihf(signee.element)
    origine = lire_vihf(assertion)
    vihf = _avec_signature(vihf, origine)
    if not meme_nom(vihf.issuer, signee.certificat):
        raise erreurs.vihf_invalide(f"Issuer « {vihf.issuer} » différent du sujet du certificat de signature.")
    _controler_contenu(vihf, reglages)
    _controler_fraicheur(vihf, reglages, maintenant)
    _controler_signataire(vihf, signee.certificat, certificat_tls)
    return vihf


def _avec_signature(vihf: Vihf, origine: Vihf) -> Vihf:
    from dataclasses import replace

    return replace(
        vihf,
        certificat=origine.certificat,
        algorithme_signature=origine.algorithme_signature,
        algorithme_condensat=origine.algorithme_condensat,
    )


def _exiger(anomalies: list[str], quoi: str) -> None:
    if anomalies:
        raise erreurs.certificat_invalide(f"{quoi} : {' ; '.join(anomalies)}.")


def _controler_contenu(vihf: Vihf, reglages: Reglages) -> None:
    if vihf.version != "2.0":
        raise erreurs.vihf_invalide(f"Version SAML « {vihf.version} », 2.0 attendue.")
    obligatoires = {
        "Subject/NameID": vihf.name_id,
        "AuthnStatement/@AuthnInstant": vihf.authn_instant,
        "AuthnContextClassRef": vihf.authn_context_class_ref,
        "Identifiant_Structure": vihf.identifiant_structure,
        "Secteur_Activite": vihf.secteur_activite,
        "VIHF_Version": vihf.vihf_version,
        "Authentification_mode": vihf.mode,
        "resource-id": vihf.resource_id,
        "Ressource_URN": vihf.ressource_urn,
        "purposeofuse": vihf.usage,
        "LPS_Nom": vihf.lps_nom,
        "LPS_Version": vihf.lps_version,
        "LPS_ID_HOMOLOGATION_DMP": vihf.lps_id_homologation_dmp,
    }
    if vihf.mode != "DIRECTE":
        obligatoires["subject-id"] = vihf.subject_id
    for nom, valeur in obligatoires.items():
        if not valeur:
            raise erreurs.vihf_invalide(f"{nom} absent ou vide.")
    if vihf.issuer_format != FORMAT_ISSUER:
        raise erreurs.vihf_invalide(f"Issuer/@Format « {vihf.issuer_format} ».")
    if vihf.vihf_version not in reglages.versions_vihf:
        raise erreurs.vihf_invalide(f"VIHF_Version « {vihf.vihf_version} ».")
    if vihf.mode not in MODES:
        raise erreurs.vihf_invalide(f"Authentification_mode « {vihf.mode} ».")
    if not vihf.authn_context_class_ref.startswith(CLASSES_AUTHENTIFICATION):
        raise erreurs.vihf_invalide(f"AuthnContextClassRef « {vihf.authn_context_class_ref} ».")
    if vihf.mode == "INDIRECTE_RENFORCEE" and not vihf.authn_context_decl:
        raise erreurs.vihf_invalide("AuthnContextDecl attendu en indirecte renforcée.")
    if vihf.audience:
        raise erreurs.vihf_invalide("AudienceRestriction interdit.")
    if vihf.ressource_urn != "urn:dmp":
        raise erreurs.vihf_invalide(f"Ressource_URN « {vihf.ressource_urn} », urn:dmp attendu.")
    _controler_valeurs(vihf)


def _controler_valeurs(vihf: Vihf) -> None:
    usage = vihf.purpose_of_use
    if usage is None or usage.code not in USAGES or usage.systeme != NOMENCLATURE_USAGE:
        raise erreurs.vihf_invalide(f"purposeofuse « {vihf.usage} » hors de la nomenclature {NOMENCLATURE_USAGE}.")
    secteur, _, systeme = vihf.secteur_activite.partition("^")
    if not secteur.startswith("SA") or systeme != "1.2.250.1.71.4.2.4":
        raise erreurs.vihf_invalide(f"Secteur_Activite « {vihf.secteur_activite} ».")
    ins = vihf.ins
    if ins is None or ins.oid not in _OID_INS:
        raise erreurs.vihf_invalide("resource-id n'est pas un INS en CX.")
    if not _cle_valide(ins.matricule):
        raise erreurs.vihf_invalide("clé du matricule INS inexacte.")
    _controler_roles(vihf)


def _controler_roles(vihf: Vihf) -> None:
    if not vihf.roles:
        raise erreurs.vihf_invalide("subject:role absent.")
    profession = vihf.roles[0]
    if profession.code in _SECOND_ROLE:
        if len(vihf.roles) < 2:
            raise erreurs.specialite_absente(f"Profession {profession.code}.")
        if len(vihf.roles) > 2:
            raise erreurs.vihf_invalide(f"{len(vihf.roles)} rôles, deux attendus.")
    elif len(vihf.roles) > 1:
        raise erreurs.vihf_invalide(f"second rôle interdit pour la profession {profession.code}.")


def _controler_fraicheur(vihf: Vihf, reglages: Reglages, maintenant: datetime) -> None:
    emission = lire_instant(vihf.issue_instant)
    if emission is None:
        raise erreurs.vihf_invalide(f"IssueInstant « {vihf.issue_instant} » : instant UTC attendu.")
    if emission > maintenant + reglages.derive_horloge:
        raise erreurs.vihf_expire(f"émis à {vihf.issue_instant}, dans le futur.")
    if maintenant - emission > reglages.validite_vihf + reglages.derive_horloge:
        raise erreurs.vihf_expire(f"émis à {vihf.issue_instant}.")
    avant, apres = lire_instant(vihf.not_before), lire_instant(vihf.not_on_or_after)
    if (vihf.not_before and avant is None) or (vihf.not_on_or_after and apres is None):
        raise erreurs.vihf_invalide("Conditions illisibles.")
    if avant is not None and maintenant + reglages.derive_horloge < avant:
        raise erreurs.vihf_expire(f"NotBefore {vihf.not_before}.")
    if apres is not None and maintenant - reglages.derive_horloge >= apres:
        raise erreurs.vihf_expire(f"NotOnOrAfter {vihf.not_on_or_after}.")


def _controler_signataire(vihf: Vihf, signature: x509.Certificate, tls: x509.Certificate) -> None:
    """Direct : carte du professionnel des deux côtés. Indirect : certificats de la structure des deux côtés."""
    for nom, certificat in (("signature du VIHF", signature), ("TLS", tls)):
        unites, communs = (
            _valeurs(certificat, NameOID.ORGANIZATIONAL_UNIT_NAME),
            _valeurs(certificat, NameOID.COMMON_NAME),
        )
        if vihf.mode == "DIRECTE":
            if vihf.name_id not in communs:
                raise erreurs.certificat_invalide(f"{nom} : carte du professionnel {vihf.name_id} attendue.")
        elif not unites:
            raise erreurs.certificat_invalide(f"{nom} : certificat de structure attendu.")
        elif vihf.identifiant_structure not in unites:
            raise erreurs.personne_morale(f"{nom} : structure {', '.join(unites)} au lieu de celle du VIHF.")


def _valeurs(certificat: x509.Certificate, oid: x509.ObjectIdentifier) -> list[str]:
    return [str(attribut.value) for attribut in certificat.subject.get_attributes_for_oid(oid)]


def _cle_valide(matricule: str) -> bool:
    corps, cle = matricule[:13].replace("2A", "19").replace("2B", "18"), matricule[13:]
    return corps.isdecimal() and cle.isdecimal() and 97 - int(corps) % 97 == int(cle)

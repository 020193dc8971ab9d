# language: fr
Fonctionnalité: Images rendues par une DRIMbox source à une consommatrice distante
  La source ne rend que ce qu'elle a publié, à qui présente un certificat et un jeton que Pro Santé Connect reconnaît.

  @DB.SO.32.01 @DB.SO.39.01 @DB.SO.41.01
  Scénario: Une série publiée est rendue, entière et avec l'INS du patient
    Étant donné un patient « Karl » venu pour un examen d'imagerie, dont le DMP est ouvert
    Et un patient « Lise » venu pour un examen d'imagerie, dont le DMP est ouvert
    Et un examen « scanner » du patient « Karl » au PACS : CT 3 images, CT 1 image
    Et un examen « irm » du patient « Lise » au PACS, en Implicit VR : MR 2 images
    Quand le RIS envoie le compte rendu de l'examen « scanner »
    Et le RIS envoie le compte rendu de l'examen « irm »
    Et une consommatrice distante demande une série de l'examen « scanner », avec un jeton valable
    Et une consommatrice distante demande une série de l'examen « irm », avec un jeton valable
    Alors elle reçoit les images de cette série de l'examen « scanner », intactes, avec l'INS du patient
    Et elle reçoit les images de cette série de l'examen « irm », intactes, avec l'INS du patient

  @DB.SO.33.01
  Scénario: Chaque demande d'images porte un jeton que Pro Santé Connect reconnaît
    Étant donné un logiciel où l'on se connecte par Pro Santé Connect
    Et un patient « Marc » venu pour un examen d'imagerie, dont le DMP est ouvert
    Et un examen « scanner » du patient « Marc » au PACS : CT 2 images
    Quand le RIS envoie le compte rendu de l'examen « scanner »
    Et une consommatrice distante demande une série de l'examen « scanner », avec un jeton valable
    Et une consommatrice distante demande la même série de l'examen « scanner », sans jeton
    Et une consommatrice distante demande la même série de l'examen « scanner », avec un jeton inconnu
    Et une consommatrice distante demande la même série de l'examen « scanner », avec un jeton périmé
    Et une consommatrice distante demande la même série de l'examen « scanner », avec un jeton révoqué
    Alors aucune image de l'examen « scanner » n'est rendue sans jeton
    Et aucune image de l'examen « scanner » n'est rendue avec un jeton inconnu
    Et aucune image de l'examen « scanner » n'est rendue avec un jeton périmé
    Et aucune image de l'examen « scanner » n'est rendue avec un jeton révoqué
    Et la source a fait vérifier chaque jeton par Pro Santé Connect

  @DB.SO.37.01
  Scénario: Une étude du PACS sans référence publiée n'est pas rendue
    Étant donné un patient « Nora » venu pour un examen d'imagerie, dont le DMP est ouvert
    Et un examen « publié » du patient « Nora » au PACS : CR 1 image
    Et un examen « gardé » du patient « Nora » au PACS : CR 2 images
    Quand le RIS envoie le compte rendu de l'examen « publié »
    Et une consommatrice distante demande une série de l'examen « publié », avec un jeton valable
    Et une consommatrice distante demande une série de l'examen « gardé », avec un jeton valable
    Alors l'examen « gardé », qui n'a pas de référence, n'est pas rendu, quand « publié » l'est

  @DB.SO.98.01
  Scénario: Sans certificat de client, aucune image n'est rendue
    Étant donné un patient « Omar » venu pour un examen d'imagerie, dont le DMP est ouvert
    Et un examen « scanner » du patient « Omar » au PACS : CT 1 image
    Quand le RIS envoie le compte rendu de l'examen « scanner »
    Et une consommatrice distante demande une série de l'examen « scanner », avec un jeton valable
    Et une consommatrice distante demande la même série de l'examen « scanner », sans certificat
    Alors aucune image de l'examen « scanner » n'est rendue sans certificat

  @DB.SO.111.01
  Scénario: Un certificat de client d'un émetteur inconnu, ou révoqué, ne donne aucune image
    Étant donné un patient « Prune » venu pour un examen d'imagerie, dont le DMP est ouvert
    Et un examen « scanner » du patient « Prune » au PACS : CT 1 image
    Quand le RIS envoie le compte rendu de l'examen « scanner »
    Et une consommatrice distante demande une série de l'examen « scanner », avec un jeton valable
    Et une consommatrice distante demande la même série de l'examen « scanner », avec un certificat d'un émetteur inconnu
    Et une consommatrice distante demande la même série de l'examen « scanner », avec un certificat révoqué
    Alors aucune image de l'examen « scanner » n'est rendue avec un certificat d'un émetteur inconnu
    Et aucune image de l'examen « scanner » n'est rendue avec un certificat révoqué

  @DB.SO.103.01
  Scénario: La source décrit ses capacités DICOMweb
    Quand une consommatrice distante demande ses capacités à la source
    Alors la source décrit ses capacités
